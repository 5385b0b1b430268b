# The doctor: what works, what does not, what to do.

page-doctor = Check the connection
doctor-about = Check the connection to { $name }
doctor-looking = Looking…
doctor-again = Check again
doctor-findings = Findings
doctor-fine = Fine
doctor-wrong = Needs attention
doctor-report = Report
doctor-report-hint = For your administrator: the findings, without names and without addresses.
copy-report = Copy the report
save-report = Save the report…
report-file = conclave-report.txt
check-connection = Check connection
check-connection-of = Check connection: { $name }
try-now = Try now
key-try-now = Try the connection now
