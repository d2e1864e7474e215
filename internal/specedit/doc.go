// Package specedit changes a spec file as a person asks for it on the command
// line: one field, an image, or what one environment has and another should
// have too. It knows fields and environments; package yamledit keeps the bytes.
//
// Nothing is written here. Finish says what the file becomes, once the whole of
// it satisfies the schema.
package specedit
