package verdict

// Observation is something that was seen on a part of a credential. It holds nothing of
// the secret.
type Observation struct {
	Part Part
	Seen Seen
	// Mark is the well-known mark of a [SeenReference] or a [SeenPlaceholder], such as
	// op:// or null; empty for any other.
	Mark string
}

// Part is a part of a credential, as a message names it.
type Part string

// The parts.
const (
	PartUsername      Part = "user name"
	PartPassword      Part = "password"
	PartToken         Part = "token"
	PartIdentityToken Part = "identity token"
)

// Seen is what was seen on a part.
type Seen string

// What can be seen, in the order in which it explains a refusal.
const (
	SeenReference     Seen = "reference"     // it is a reference to a secret that was not resolved
	SeenPlaceholder   Seen = "placeholder"   // it is what programs write in the place of a secret
	SeenSchemeWord    Seen = "scheme_word"   // it begins with the word Bearer or Basic
	SeenQuotes        Seen = "quotes"        // quotes stand around it
	SeenLineBreak     Seen = "line_break"    // it ends in a line break
	SeenBlank         Seen = "blank"         // it begins or ends with a blank
	SeenByteOrderMark Seen = "byte_order"    // it holds U+FEFF
	SeenZeroWidth     Seen = "zero_width"    // it holds U+200B
	SeenInvisible     Seen = "invisible"     // it holds another character that no editor shows
	SeenNotUTF8       Seen = "not_utf8"      // it holds bytes that are not UTF-8, a NUL or U+FFFD
	SeenControl       Seen = "control"       // it holds a control character inside
	SeenQuestionMark  Seen = "question_mark" // it begins with a question mark
	SeenEncodedLogin  Seen = "encoded_login" // it is a user name and a password in base64
	SeenEncodedText   Seen = "encoded_text"  // it is readable text in base64
	SeenJWT           Seen = "jwt"           // it is a JWT, though a password
	SeenAccessToken   Seen = "access_token"  // it is a personal access token, though no password
	SeenEmailAddress  Seen = "email_address" // it is an e-mail address at Docker Hub
	SeenCapital       Seen = "capital"       // it has a capital letter at Docker Hub
	SeenBeyondASCII   Seen = "beyond_ascii"  // it has letters beyond ASCII
)
