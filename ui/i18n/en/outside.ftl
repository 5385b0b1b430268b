# Files that leave the window, and the sound that plays.

open-file = Open
show-in-folder = Show in folder
open-outside = Open { $name } in another program?
open-outside-means = A readable copy is written into { $folder } and opened by the program that your system uses for it. Outside of Conclave it is not sealed. Only you can read it, and it is removed when Conclave locks or ends, unless another program changed it.
open-written-means = It was written into { $folder } and is opened from there. Outside of Conclave it is not sealed.
no-program = No program of this computer opens or shows this file.
player = Player
player-open = { $name }, open its conversation
player-close = Stop and close the player
pause-sound = Pause
