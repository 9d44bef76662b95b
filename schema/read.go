package schema

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// complaint is why a cell could not be read.
type complaint struct {
	code    Code
	message string
	advice  string
}

func complain(code Code, message, advice string) *complaint {
	if advice == "" {
		advice = code.Explanation().Advice
	}
	return &complaint{code, message, advice}
}

// emptyCell is how a cell of a table says "empty on purpose".
const emptyCell = `\N`

// readValue gives what was written the type of its field. A null, and a cell of
// blanks, are absent.
func readValue(f Field, w *Written) (Value, *complaint) {
	if w.Form == FormNull || w.Form == FormCell && blank(w.Text) {
		return Value{}, nil
	}
	switch f.Shape() {
	case ShapeBool:
		return readBool(w)
	case ShapeInt:
		return readInt(w)
	case ShapeIDs:
		return readIDs(w)
	case ShapeWords:
		return readWords(w)
	default:
		return readText(f, w)
	}
}

func blank(s string) bool {
	return s == "" || mayBlank(s[0]) && strings.TrimSpace(s) == ""
}

// mayBlank tells the bytes that a blank can begin or end with, at the cost of little:
// nearly no text has one there.
func mayBlank(b byte) bool { return b <= ' ' || b >= utf8.RuneSelf }

func readText(f Field, w *Written) (Value, *complaint) {
	switch w.Form {
	case FormCell:
		if w.Text == emptyCell {
			return Text(""), nil
		}
		return Text(w.Text), nil
	case FormString:
		return Text(w.Text), nil
	case FormBool, FormNumber:
		if w.Loose {
			return Text(w.Text), nil
		}
		if f.Hidden() {
			return Value{}, complain(CodeNotText, "this is not a text", "put the value in quotes")
		}
		return Value{}, complain(CodeNotText, w.Text+" is not a text", `write "`+w.Text+`", in quotes`)
	case FormList:
		return Value{}, complain(CodeNotText, "a list is not a text", "write one text")
	default:
		return Value{}, complain(CodeNotText, "a mapping is not a text", "write one text; quote it if it contains a colon")
	}
}

func readBool(w *Written) (Value, *complaint) {
	words := map[string]bool(nil)
	switch {
	case w.Form == FormCell && (w.Text == "true" || w.Text == "false"):
		return Bool(w.Text == "true"), nil // the usual case needs no look-up
	case w.Form == FormBool:
		words = plainBools
	case w.Form == FormCell:
		words = cellBools
	case w.Form == FormString && w.Loose:
		words = looseBools
	case w.Form == FormList || w.Form == FormMap:
		return Value{}, complain(CodeNotBoolean, "a list or mapping is not a boolean", "")
	}
	if b, ok := words[strings.ToLower(strings.TrimSpace(w.Text))]; ok {
		return Bool(b), nil
	}
	advice := ""
	if _, quoted := plainBools[strings.ToLower(w.Text)]; quoted && w.Form == FormString {
		advice = "remove the quotes"
	}
	if w.Form == FormCell && localizedBools[strings.ToLower(strings.TrimSpace(w.Text))] {
		return Value{}, complain(CodeNotBoolean, Quote(w.Text)+" is not a boolean (Excel localizes TRUE and FALSE)", "use yes or no, 1 or 0")
	}
	return Value{}, complain(CodeNotBoolean, Quote(w.Text)+" is not a boolean", advice)
}

var (
	plainBools = map[string]bool{"true": true, "false": false}
	looseBools = map[string]bool{"true": true, "false": false, "yes": true, "no": false, "on": true, "off": false}
	cellBools  = map[string]bool{"true": true, "false": false, "yes": true, "no": false, "1": true, "0": false}
)

// localizedBools are what spreadsheets make of TRUE and FALSE.
var localizedBools = map[string]bool{"wahr": true, "falsch": true, "vrai": true, "faux": true, "verdadero": true, "verdadeiro": true, "falso": true,
	"vero": true, "waar": true, "onwaar": true, "prawda": true, "fałsz": true, "sant": true, "falskt": true, "sann": true, "usann": true,
	"sand": true, "falsk": true, "tosi": true, "epätosi": true, "pravda": true, "nepravda": true, "igaz": true, "hamis": true,
	"doğru": true, "yanlış": true, "истина": true, "ложь": true}

func readInt(w *Written) (Value, *complaint) {
	switch w.Form {
	case FormCell, FormNumber:
		n, bad := parseInt(strings.TrimSpace(w.Text))
		if bad != nil {
			return Value{}, bad
		}
		return Int(n), nil
	case FormList, FormMap:
		return Value{}, complain(CodeNotInteger, "a list or mapping is not a whole number", "")
	default:
		advice := ""
		if _, bad := parseInt(w.Text); bad == nil {
			advice = "remove the quotes"
		}
		return Value{}, complain(CodeNotInteger, Quote(w.Text)+" is not a whole number", advice)
	}
}

// parseInt takes whole numbers in the one way that nobody can misread: 010 is
// eight to some programs and ten to others, 1e3 and 1_000 are numbers only to some.
func parseInt(s string) (int64, *complaint) {
	digits := strings.TrimPrefix(s, "-")
	plain := digits != "" && strings.Trim(digits, "0123456789") == ""
	if !plain {
		return 0, complain(CodeNotInteger, Quote(s)+" is not a whole number", "")
	}
	if len(digits) > 1 && digits[0] == '0' {
		return 0, complain(CodeNotInteger, Quote(s)+" begins with a zero: it may have meant octal",
			"write it without leading zeros")
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, complain(CodeOutOfRange, s+" is larger than any 64-bit number", "")
	}
	return n, nil
}

func readIDs(w *Written) (Value, *complaint) {
	items, bad := listItems(w)
	if bad != nil {
		return Value{}, bad
	}
	ids := make([]int64, 0, len(items))
	var all []*complaint
	for i := range items {
		id, bad := readID(&items[i])
		if bad != nil {
			all = append(all, bad)
		}
		ids = append(ids, id)
	}
	if len(all) > 0 {
		return Value{}, join(all)
	}
	return IDs(ids...), nil
}

func readID(item *Written) (int64, *complaint) {
	if item.Form != FormCell && item.Form != FormNumber {
		return 0, complain(CodeNotInteger, Quote(item.Text)+" in the list is not a whole number", "")
	}
	n, bad := parseInt(strings.TrimSpace(item.Text))
	if bad == nil && n < 1 {
		bad = complain(CodeOutOfRange, strconv.FormatInt(n, 10)+" is not an id", "ids are numbers from 1")
	}
	return n, bad
}

// join makes one complaint of those about the items of a list; its code and advice are
// those of the first.
func join(all []*complaint) *complaint {
	const most = 5
	joined := *all[0]
	for _, c := range all[1:min(len(all), most)] {
		joined.message += "; " + c.message
	}
	if more := len(all) - most; more > 0 {
		joined.message += "; " + strconv.Itoa(more) + " more are not either"
	}
	return &joined
}

func readWords(w *Written) (Value, *complaint) {
	items, bad := listItems(w)
	if bad != nil {
		return Value{}, bad
	}
	words := make([]string, 0, len(items))
	for i := range items {
		v, bad := readText(NoField, &items[i])
		if bad != nil {
			return Value{}, bad
		}
		words = append(words, v.Text())
	}
	return Words(words...), nil
}

func listItems(w *Written) ([]Written, *complaint) {
	switch {
	case w.Form == FormList:
		return w.Items, nil
	case w.Form == FormCell && w.Text == emptyCell:
		return nil, nil
	case w.Form == FormCell:
		words, ok := SplitList(w.Text)
		if !ok {
			return nil, complain(CodeNotList, "a quote in the list is not closed", `close the quote; "" stands for one inside`)
		}
		items := make([]Written, len(words))
		for i, word := range words {
			items[i] = Written{Form: FormCell, Text: word}
		}
		return items, nil
	case w.Form == FormMap:
		return nil, complain(CodeNotList, "a mapping is not a list", "write it as [a, b]")
	default:
		return nil, complain(CodeNotList, Quote(w.Text)+" is not a list", "write it as ["+w.Text+"]")
	}
}

// SplitList splits a cell that holds a list, at ";" and ",". Blanks around the items
// and empty items are dropped; an item in double quotes may hold anything, with "" for
// a quote. ok is false where a quote is not closed.
func SplitList(cell string) (items []string, ok bool) {
	for rest := cell; rest != ""; {
		rest = strings.TrimLeft(rest, " \t")
		if strings.HasPrefix(rest, `"`) {
			item, after, closed := unquote(rest[1:])
			if !closed {
				return nil, false
			}
			items = append(items, item)
			if i := strings.IndexAny(after, ";,"); i >= 0 {
				after = after[i+1:]
			} else {
				after = ""
			}
			rest = after
			continue
		}
		item := rest
		if i := strings.IndexAny(rest, ";,"); i >= 0 {
			item, rest = rest[:i], rest[i+1:]
		} else {
			rest = ""
		}
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items, true
}

func unquote(s string) (item, after string, closed bool) {
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '"')
		if i < 0 {
			return "", "", false
		}
		b.WriteString(s[:i])
		s = s[i+1:]
		if !strings.HasPrefix(s, `"`) {
			return b.String(), s, true
		}
		b.WriteByte('"')
		s = s[1:]
	}
}

// JoinList writes a list as one cell, so that SplitList reads it back.
func JoinList(items []string) string {
	quoted := make([]string, len(items))
	for i, item := range items {
		if item == "" || strings.TrimSpace(item) != item || strings.ContainsAny(item, `;,"`) {
			item = `"` + strings.ReplaceAll(item, `"`, `""`) + `"`
		}
		quoted[i] = item
	}
	return strings.Join(quoted, ";")
}
