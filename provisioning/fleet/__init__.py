"""At head office: enrolment, releases, roll-out."""
