# Files, transfers, viewers.

send-files = { $n ->
    [one] Send a file to { $name }
   *[other] Send { $n } files to { $name }
}
files-left-out = { $n ->
    [one] Twenty files go at once. One more was left out: choose it after these.
   *[other] Twenty files go at once. { $n } more were left out: choose them after these.
}
metadata-removed = Location and camera data removed
not-readable = Cannot be read
chosen-picture = What you send
remove-file = Remove { $name }
caption = Add a caption
pause = Pause
resume = Resume
save-as = Save as…
saved-as = Saved as { $name }
cancel-transfer = End the transfer
confirm-cancel = End the transfer of { $name }?
confirm-cancel-means = What has arrived so far is removed from this computer.
withdraw = Withdraw
confirm-withdraw = Withdraw { $name }?
confirm-withdraw-means = Who has not received it yet can no longer fetch it, and the copy in this conversation is removed from this computer. Your own file stays.
file-speed = { "" } · { $speed }/s
file-left = { $left } left
transfers = Transfers
moving-count = { $n ->
    [one] { $n } in progress
   *[other] { $n } in progress
}
no-transfers = Nothing is being sent or received.
transfers-ask = Asks for your agreement
transfers-running = In progress
transfers-waiting = Waiting
transfers-received = Received
retry-all = Retry all
clear-finished = Clear finished
wants-to-send = { $name } wants to send you this file ({ $size }).
in-progress = in progress
receiving = receiving
sending-files = sending
per-second = { $speed }/s
until-all-done = until all is done
from-person = from { $name }
to-person = to { $name }
stopped-at = Stopped at { $progress }. It goes on by itself.
not-played = It could not be played here.
open-picture = Open the picture { $name }
open-document = Open the document { $name }
page-of = Page { $n } of { $all }
of-pages = of { $all }
pages = Pages
page-number = Page number
next-page = Next page
previous-page = Previous page
pictures = Pictures
next-picture = Next picture
previous-picture = Previous picture
larger = Larger
smaller = Smaller
play-sound = Play
play-film = Play the video
