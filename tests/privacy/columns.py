"""Every column of every table: what is somebody's, and what is nobody's.

A new column fails the test beside this file until it stands here; a personal one until it has its
row in docs/privacy.md too.
"""

from __future__ import annotations

PERSONAL = {
    "admissions": "ticket_id admitted_at gate",
    "agenda_entries": (
        "member_id subject during ends_at title_zh title_en place_zh place_en path block"
    ),
    "appeals": "strike_id words asked_at decided_at decided_by verdict why",
    "applications": (
        "member_id unit_id poster_id asked_at withdrawn_at decided_at decided_by verdict why"
    ),
    "audit_lines": "at actor subject before after why personal personal_of",
    "block_lists": "made_by",
    "block_names": "typed roster_entry_id member_id outcome refusal seat",
    "block_papers": "name",
    "block_sign_ups": "member_id signed_at outcome refusal",
    "blocks": "made_by",
    "challenges": "browser_hash address_hash phone known created_at expires_at tries passed_at",
    "claims": "order_id member_id seat_id",
    "command_keys": "actor key body_hash answer created_at",
    "broadcasts": "written_by confirmed_by",
    "contacts": "member_id language email wanted_email asked_at muted",
    "coupon_pools": "made_by",
    "coupons": "member_id unit_id receipt taken_at used_at sealed",
    "companions": (
        "member_id name relation born_on document identity_hash last_four added_at by_guardian"
    ),
    "consent_texts": "published_by",
    "consents": "member_id text_id given_at withdrawn_at",
    "entrants": (
        "order_id claim_id name document identity_hash last_four consented_at by_guardian"
    ),
    "erasures": "member_id mark erased_at asked_by",
    "exports": "staff_id member_id asked_at query",
    "gifts": "code ticket_id giver_id receiver_id number_end offered_at lapses_at ended_at order_id",
    "code_batches": "made_by",
    "codes": "member_id used_at",
    "complimentaries": "why asked_by decided_by",
    "complimentary_people": "member_id order_id",
    "grants": "member_id performance_id kind reason starts_at ends_at opens seats tier_id",
    "move_news": "member_id told_at kept_at",
    "moves": "proposed_by decided_by",
    "call_offs": "proposed_by decided_by",
    "members": "phone phone_proven_at name roster_entry_id created_at erased_at",
    "notices": (
        "subject receiver values created_at sent_at state due_at attempted_at address read_at language"
    ),
    "orders": "code member_id unit_id performance_id created_at settled_at package_order_id",
    "package_orders": "code package_id member_id seat_count created_at",
    "payments": "subject_id member_id amount paid_at digits disputed_at invoiced_at",
    "payment_attempts": "payment_id request reference intent address made_at stated stated_by",
    "movements": "payment_id refund_id amount reference moved_at by shift_id receipt why",
    "refunds": "payment_id amount asked_by agreed_by why reference intent owed_at done_at",
    "on_account": "payment_id unit_id due_on agreed_by agreed_at told_at",
    "invoice_requests": (
        "payment_id payer title tax_number email amount asked_at number issued_on reversed_on"
    ),
    "shifts": "staff_id opened_at closed_at begun_with counted expected why handed_to handed_at",
    "invoice_batches": "made_at made_by",
    "differences": "settled_at settled_by why",
    "personal_keys": "member_id wrapped destroyed_at",
    "posters": "made_by",
    "posts": "staff_id member_id role site_id unit_id troupe_id granted_by granted_at ended_at",
    "recovery_codes": "staff_id code_hash used_at",
    "review_decisions": "decided_by decided_at reason",
    "revisions": "authors proposed_at",
    "roster_chunks": "content",
    "roster_entries": (
        "unit_id card_number name phone valid_until status left_on listed_by vouched_at confirmed_at"
    ),
    "roster_imports": "actor file_name kept",
    "roster_questions": "member_id asked_at answer",
    "second_factors": "staff_id sealed last_step confirmed_at",
    "sign_ins": (
        "member_id staff_id token_hash created_at proven_at expires_at ended_at acting_for acting_until"
    ),
    "staff": "login name password_hash left_at",
    "strikes": (
        "member_id subject title_zh title_en happened_at written_by forgiven_at forgiven_by why"
    ),
    "throttle": "key",
    "troupe_members": "troupe_id member_id name phone joined_on left_on",
    "certifications": "troupe_id season_id signed_by asked_at decided_by decided_at why",
    "safety_letters": "published_by",
    "closures": "made_by",
    "reservations": (
        "code space_id troupe_id member_id unit_id purpose people first_on begins minutes weeks note"
        " follows_id created_at"
    ),
    "occurrences": (
        "reservation_id space_id troupe_id member_id unit_id day starts_at ends_at state decided_by"
        " decided_at why arrived_at arrived_by kept_at left_at ended_by ended_at instead_of"
    ),
    "room_waits": (
        "code space_id troupe_id member_id purpose people starts_at ends_at state joined_at"
        " occurrence_id ended_at kind_id"
    ),
    "waitlist_entries": (
        "code performance_id member_id count together fewer zone state joined_at passed passed_why"
        " offered_at offered_count offered lapses_at ended_at order_id"
    ),
    "tickets": (
        "code order_id member_id performance_id seat_id collection_code issued_at returned_at unit_id"
    ),
    "enrolments": (
        "code offering_id member_id companion_id person enrolled_at held_until excused_by"
        " excused_why ended_at ended_by why unit_id"
    ),
    "class_waits": (
        "code offering_id member_id companion_id person joined_at offered_at lapses_at ended_at"
        " enrolment_id"
    ),
    "offerings": "teacher_id",
    "class_sessions": "teacher_id",
    "teachers": "member_id name_zh name_en about_zh about_en fee left_at",
    "teacher_skills": "teacher_id subject level",
    "teacher_times": "teacher_id weekday begins ends",
    "hours_sheets": "teacher_id month sessions minutes signed_at checked_at checked_by",
    "attendance_marks": (
        "class_session_id enrolment_id mark device sequence marked_at received_at marked_by"
    ),
    "leaves": "class_session_id enrolment_id words asked_at asked_by withdrawn_at",
    "teaching_invitations": (
        "offering_id teacher_id class_session_id asked_at asked_by answer answered_at why"
    ),
    "survey_votes": "line_id member_id voted_at",
    "class_scores": "enrolment_id stars words given_at",
    "certificates": (
        "number enrolment_id name attended held minutes issued_at issued_by revoked_at revoked_by"
        " why"
    ),
    "class_messages": "words sent_by sent_at",
    "recordings": "added_by",
    "recording_views": "recording_id member_id day times",
}
"""Columns that say something of a person, by table."""

PLAIN = {
    "admissions": "id entry counts",
    "agenda_entries": "id kind uid revision status changed_at troupe_id offering_id space_id",
    "applications": "id",
    "audit_lines": "id act request_id",
    "audit_seals": "id day sealed_at ids line_count hash forgotten_at",
    "block_lists": "id block_id made_at given_at",
    "block_names": "id list_id line",
    "block_papers": "ticket_id block_id",
    "block_sign_ups": "id block_id",
    "coupon_pools": (
        "id code site_id partner_id unit_id worth_zh worth_en how_zh how_en opens_at valid_until "
        "per_member stopped_at revision made_at"
    ),
    "coupons": "id pool_id mark",
    "blocks": (
        "id performance_id unit_id tier_id way per_member releases_at code turn_at turned_at made_at"
    ),
    "challenges": "id",
    "claims": (
        "id performance_id tier_id zone price face_price fund held_until kept_for kept_until kept_why "
        "kept_tier_id kept_again"
    ),
    "code_batches": (
        "id performance_id label reason each keeps tier_id ends_at key_id seed stopped_at made_at"
    ),
    "codes": "id batch_id number code_hash",
    "complimentaries": "id code performance_id reason each seats source state asked_at decided_at",
    "complimentary_people": "id complimentary_id",
    "command_keys": "id command",
    "companions": "id key_id",
    "consent_texts": "id purpose version body_zh body_en valid_from",
    "consents": "id",
    "demonstrations": "id loaded_at",
    "entrants": "id performance_id key_id exclusive",
    "exports": "id code endpoint address_values language format state row_count",
    "grants": "id",
    "house_rules": (
        "unpaid_per_show unpaid_percent online_minutes second_above account_days account_remind_days "
        "acting_minutes exchange_before_minutes gifts_per_ticket gift_before_minutes gift_hours "
        "move_answer_days "
        "site_id seats_per_member free_per_month hold_minutes hold_minutes_large_text "
        "extension_minutes pay_before_minutes return_before_minutes few_left_percent "
        "code_per_phone_minute code_per_phone_hour code_per_phone_day "
        "code_per_address_hour code_per_day code_per_day_for_known challenge_keep_days "
        "command_key_keep_days notice_keep_days retired_are_members roster_file_mb "
        "roster_leave_percent roster_confirmed_days roster_keep_days second_factor_roles "
        "proof_minutes entrant_keep_days exports_per_day unit_exports_per_day "
        "unit_uploads_per_day unit_confirmations_per_day export_keep_days audit_keep_days "
        "agenda_keep_days application_keep_days downloads_per_day idle_keep_months "
        "companions_kept people_per_order minors_per_order minor_age number_idle_days "
        "block_release_hours block_remind_hours complimentary_per_show coupons_per_month "
        "strikes_to_bar strike_within_days bar_days strike_free_only strike_after_minutes "
        "mode mode_reason_zh mode_reason_en "
        "no_single_gap house_release_hours technical_release_hours press_release_hours "
        "wheelchair_release_hours in_person_release_hours quiet_from quiet_until message_price "
        "message_budget_day broadcast_budget_day broadcast_per_minute broadcast_confirm_above "
        "offer_minutes offer_near_hours offer_near_minutes offer_last_hours offer_last_minutes "
        "return_rest_min_minutes return_rest_max_minutes "
        "remind_day_hours remind_hours season_remind_days "
        "get_in_minutes get_out_minutes doors_minutes sale_opens_days sale_opens_hour"
    ),
    "members": "id calendar_generation for_unit_id",
    "notices": "id kind gateway attempts amount pieces error reference",
    "contacts": "tries",
    "message_days": "day fund pieces amount",
    "message_gateways": "name left_pieces asked_at empty_at failed_at error",
    "message_templates": "gateway kind language template changed_at",
    "broadcasts": (
        "id title_zh title_en body_zh body_en word audience unit_id performance_id outside state "
        "receivers written_at revision confirmed_at started_at released_at ended_at"
    ),
    "gifts": "id state",
    "move_news": "move_id failure",
    "call_offs": "id offering_id state why proposed_at decided_at",
    "moves": (
        "id performance_id kind state starts_at space_id plan_id old_starts_at old_space_id "
        "return_until reason_zh reason_en proposed_at decided_at passed_on_at finished_at"
    ),
    "occupancies": "id space_id atoms during day use lapses_at",
    "openings": "id performance_id audience unit_id opens_at",
    "orders": "id state seat_count hold_ends_at extended pay_by channel",
    "package_orders": "id",
    "package_prices": "package_id performance_id tier_id amount",
    "package_shows": "package_id performance_id zone",
    "packages": (
        "id name_zh name_en seats seats_per_member opens_at members_open_at closes_at singly "
        "returns published_at"
    ),
    "ladders": "id name_zh name_en usual",
    "ladder_steps": "id ladder_id minutes_before percent",
    "payments": "id part site_id backend ladder asked_at pay_by closed_at review review_at",
    "payment_attempts": "id number backend state page_ends_at look_at",
    "movements": "id site_id direction method backend book_year corrects_id original_id",
    "receipt_books": "site_id year last",
    "refunds": "id key reason state backend attempt failure look_at",
    "provider_news": "backend reference kind applied_at",
    "invoice_columns": "id position heading field fixed",
    "invoice_batches": "id",
    "invoice_requests": "id state batch_id",
    "provider_lines": "id backend reference amount fee moved_at",
    "differences": "id site_id day source subject ours theirs found_at",
    "shifts": "id site_id",
    "printed_codes": "id site_id position name_zh name_en content",
    "performances": (
        "id production_id space_id plan_id occupancy_id ladder_id seating capacity seats_per_member "
        "doors_at starts_at ends_at moved_at return_until sale_opens_at sale_closes_at published_at "
        "cancelled_at identity_policy one_per_identity no_single_gap gifts_per_ticket choice uid "
        "revision agenda_revision changed_at"
    ),
    "personal_keys": "key_id",
    "posters": "id code unit_id place made_at retired_at",
    "posts": "id",
    "prices": "id performance_id zone tier_id amount",
    "partners": "id name_zh name_en",
    "permit_rules": "id space_kind from_places name_zh name_en",
    "pictures": "code width height large small kept_at shown_at",
    "productions": (
        "id code kind title_zh title_en about_zh about_en minutes site_id picture age_zh age_en "
        "late_entry late_minute entry_note_zh entry_note_en permit_number permit_authority "
        "permit_until partner_id"
    ),
    "quotas": "id performance_id scope tier_id zone seats",
    "recovery_codes": "id",
    "review_decisions": "id revision_id version step name_zh name_en another_person passed",
    "review_steps": "id position name_zh name_en another_person",
    "revisions": "id subject site_id version state before fields steps closed_at",
    "roster_chunks": "import_id number created_at",
    "roster_entries": "id",
    "roster_errors": "import_id line reason",
    "roster_imports": (
        "id unit_id file_size file_hash complete confirmed state read_rows counts refusal "
        "created_at finished_at"
    ),
    "plan_drafts": "id space_id plan_id document revision changed_at",
    "seating_plans": "id space_id code version drawing retired_at",
    "seats": (
        "id plan_id ordinal code section row number block position x y angle zone type "
        "restricted entrance score label_zh label_en door_zh door_en"
    ),
    "second_factors": "key_id",
    "sign_ins": "id",
    "sites": (
        "id code kind name_zh name_en seal address_zh address_en phone counter_zh counter_en networks"
    ),
    "spaces": "id site_id code kind name_zh name_en capacity atoms",
    "staff": "id",
    "strikes": "id kind written_at troupe_id",
    "strike_presets": "code position strikes within_days bar_days source_zh source_en",
    "throttle": "hits ends_at",
    "tickets": "id claim_id tier_id price face_price fund channel sector issue state",
    "tiers": "id code name_zh name_en qualifies cap monthly proof_zh proof_en fund ended_at",
    "units": "id code parent_id parent_kind kind name_zh sector nicknames pinyin closed_at",
    "waitlist_entries": "id",
    "opening_hours": "id site_id space_id weekday opens closes",
    "special_days": "id site_id day counts_as name_zh name_en",
    "closures": (
        "id batch space_id occupancy_id starts_at ends_at reason_zh reason_en made_at ended_at"
    ),
    "troupes": (
        "id site_id code kind name_zh name_en size week_minutes month_minutes ended_at"
        " calendar_generation"
    ),
    "seasons": "id name_zh name_en starts_on ends_on",
    "safety_letters": "id season_id version text_zh text_en published_at",
    "certifications": "id state letter_id",
    "troupe_members": "id",
    "room_policies": (
        "id site_id code name_zh name_en takers opens opens_days opens_weekday opens_last_weekday"
        " opens_at series_weeks series_days step_minutes min_minutes max_minutes lead_minutes"
        " cancel_minutes late_cancel_strikes sign_in sign_in_early_minutes grace_minutes"
        " keep_minutes approval decide_hours troupe_week_minutes troupe_month_minutes"
        " member_day_minutes unit_day_count future_count priority_days offer_minutes"
        " displaced_hours"
    ),
    "room_policy_presets": ("code position takers name_zh name_en source_zh source_en figures"),
    "purposes": "code position name_zh name_en loud quiet",
    "rooms": (
        "space_id policy_id floor area_m2 setup_minutes teardown_minutes min_people approval"
        " bookable purposes door_generation"
    ),
    "noise_pairs": "space_id other_id",
    "equipment": "id site_id code name_zh name_en stock",
    "room_equipment": "space_id equipment_id count",
    "reservations": "id",
    "occurrences": "id occupancy_id",
    "occurrence_equipment": "occurrence_id equipment_id count",
    "room_waits": "id",
    "troupe_shows": "performance_id troupe_id",
    "waitlists": "performance_id looked_at waiting",
    "subjects": "code position name_zh name_en",
    "terms": (
        "id site_id name_zh name_en first_on last_on shown_at opens_at public_opens_at closes_at"
        " per_person"
    ),
    "courses": (
        "id code site_id subject title_zh title_en about_zh about_en bring_zh bring_en level"
        " min_age max_age prerequisite_id picture"
    ),
    "offerings": (
        "id term_id course_id space_id name_zh name_en state places in_person in_person_until"
        " opens_at member_fee public_fee material_fee fund materials_bought_at minimum decides_on"
        " confirmed_at trial_sessions late_sessions offer_sessions absences chat_picture revision"
        " calendar_generation published_at cancelled_at why"
    ),
    "class_sessions": (
        "id offering_id number day starts_at ends_at space_id occupancy_id state instead_of why"
    ),
    "enrolments": "id state channel fee material_fee face_fee fund sector",
    "class_waits": "id channel state",
    "class_rules": (
        "site_id per_term minimum decide_days in_person in_person_hours trial_sessions"
        " late_sessions pay_hours offer_hours offer_last_hours offer_sessions withdraw_days"
        " leave_minutes absences certificate_percent lesson_minutes sign_in_minutes"
        " daily_messages usual_sessions usual_minutes usual_places"
    ),
    "teachers": "id site_id",
    "teacher_times": "id",
    "hours_sheets": "id",
    "attendance_marks": "id",
    "leaves": "id",
    "teaching_invitations": "id withdrawn_at",
    "surveys": "id site_id title_zh title_en choices opens_at closes_at",
    "survey_lines": (
        "id survey_id position subject title_zh title_en about_zh about_en course_id offering_id"
    ),
    "certificates": "id code site_id year serial title_zh title_en",
    "class_messages": "id offering_id",
    "recordings": "id course_id title_zh title_en minutes address added_at withdrawn_at",
}
"""Columns that say nothing of anybody: the house, the programme, figures, rules."""
