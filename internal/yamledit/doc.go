// Package yamledit changes single values of a YAML file and keeps every other
// byte: comments, order, quotes, indentation, line ends, flow and block style,
// and the markers that bots leave behind a value.
//
// An edit replaces one range of bytes. What the file then says is held against
// what it said before: if the edit would change anything but the value that was
// meant, it is refused with the place and the reason, and the file is as it was.
// Values that an anchor gives to several places are refused too, and so is what
// would lose a comment.
//
// It knows nothing of specs, and reads one document per file.
package yamledit
