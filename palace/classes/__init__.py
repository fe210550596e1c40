"""What a class has beside its sessions: messages, its chat group's picture, recordings, lists on paper."""
