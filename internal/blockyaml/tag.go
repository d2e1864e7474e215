package blockyaml

import "go.yaml.in/yaml/v3"

// A tag is the type of a scalar.
type tag uint8

const (
	strTag tag = iota
	intTag
	boolTag
	nullTag
	floatTag
	timestampTag
	mergeTag
)

var tagNames = [...]string{"!!str", "!!int", "!!bool", "!!null", "!!float", "!!timestamp", "!!merge"}

// tagOf returns the tag of a plain scalar as yaml.v3 resolves it. False means
// one that is not for this parser.
func tagOf(value string) (tag, bool) {
	if value == "" {
		return nullTag, true
	}
	switch c := value[0]; c {
	case 't', 'T', 'f', 'F':
		switch value {
		case "true", "True", "TRUE", "false", "False", "FALSE":
			return boolTag, true
		}
	case 'n', 'N', '~':
		switch value {
		case "~", "null", "Null", "NULL":
			return nullTag, true
		}
	case '<':
		return strTag, value != "<<"
	case '.':
		return slowTag(value)
	case '+', '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return numberTag(value)
	}
	return strTag, true
}

// numberTag returns the tag of what begins like a number.
func numberTag(value string) (tag, bool) {
	if value[0] < '0' && (len(value) == 1 || value[1] > '9' && value[1] != '_' || value[1] < '.') {
		return strTag, true // -, -c, --port
	}
	digits, dots := 0, 0
	for i := range len(value) {
		switch c := value[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c == '.':
			dots++
		case c >= 'a' && c <= 'f', c >= 'A' && c <= 'F', c == 'x', c == 'X', c == 'o', c == 'O', c == '_', c == '+', c == '-':
		default:
			// No number has it. The rest are dates and infinity: 2001-12-14T21:59:43Z,
			// -.inf.
			if len(value) > 4 && value[4] == '-' || value[0] < '0' {
				return slowTag(value)
			}
			return strTag, true
		}
	}
	switch {
	case digits == len(value) && digits < 18 && (value[0] != '0' || digits == 1):
		return intTag, true
	case dots == 1 && digits == len(value)-1 && digits < 18:
		return floatTag, true
	case dots > 1:
		return strTag, true // an address, a version
	}
	return slowTag(value)
}

// slowTag asks yaml.v3.
func slowTag(value string) (tag, bool) {
	short := (&yaml.Node{Kind: yaml.ScalarNode, Value: value}).ShortTag()
	for t, name := range tagNames {
		if name == short {
			return tag(t), true
		}
	}
	return strTag, false
}
