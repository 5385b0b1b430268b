# Technical details of an error.

technical-details = Technical details
technical-code = Code
technical-time = Time
technical-message = Message
technical-file = File
technical-person = Person
copy-technical = Copy the technical details

# What helps with an error.

send-as-file = Send as a file
show-it = Show it
save-report-short = Save a report
copy-report-short = Copy report
nobody-there = No window with this profile answers. Another program has it open, perhaps the command line.
restore-instead = What is damaged stays on this computer, in a folder of its own beside the profile.
restore-aside = The damaged profile is kept in the folder { $name }.
