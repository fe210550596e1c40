"""Which address of menus, scores, certificates and classes answers with which shape."""

from __future__ import annotations

JSON: dict[str, dict[str, str]] = {
    "surveys.home": {"GET": "Surveys"},
    "surveys.survey": {"GET": "SurveyToVote"},
    "surveys.vote": {"POST": "SurveyToVote"},
    "surveys.desk": {"GET": "SurveysAtDesk"},
    "surveys.new": {"GET": "Nothing"},
    "surveys.make": {"POST": "Survey"},
    "surveys.one": {"GET": "SurveyAtDesk"},
    "surveys.change": {"POST": "SurveyAtDesk"},
    "surveys.paste": {"POST": "SurveyAtDesk"},
    "surveys.move": {"POST": "SurveyAtDesk"},
    "surveys.remove": {"POST": "SurveyAtDesk"},
    "surveys.ask_score": {"GET": "ClassScore"},
    "surveys.score": {"POST": "ClassScore"},
    "surveys.scores": {"GET": "ClassScores"},
    "certificates.mine": {"GET": "MyCertificates"},
    "certificates.check": {"GET": "Certificate"},
    "certificates.desk": {"GET": "ClassCertificates"},
    "certificates.issue": {"POST": "ClassCertificates"},
    "certificates.revoke": {"POST": "ClassCertificates"},
    "certificates.reissue": {"POST": "ClassCertificates"},
    "classes.home": {"GET": "ClassBeside"},
    "classes.send": {"POST": "ClassBeside"},
    "classes.put_picture": {"POST": "ClassBeside"},
    "classes.drop_picture": {"POST": "ClassBeside"},
    "classes.add_recording": {"POST": "ClassBeside"},
    "classes.withdraw_recording": {"POST": "ClassBeside"},
    "classes.make_troupe": {"POST": "TroupeMade"},
    "classes.mine": {"GET": "MyClass"},
    "classes.recordings": {"GET": "Recordings"},
}
CREATES = {"surveys.make", "classes.make_troupe"}
FILES = {
    "certificates.pdf": "application/pdf",
    "certificates.class_pdf": "application/pdf",
    "classes.roster_pdf": "application/pdf",
    "classes.attendance_pdf": "application/pdf",
    "classes.picture": "image/jpeg",
    "classes.own_picture": "image/jpeg",
}
