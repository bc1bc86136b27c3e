package main

import (
	"fmt"
	"html"
	"os"
	"path/filepath"
	"strings"
)

// Colours of the pictures. Each picture has a ground of its own, so that it is legible
// on white and on dark pages.
const (
	ground   = "#ffffff"
	ink      = "#1f2328"
	line     = "#57606a"
	neutral  = "#f6f8fa"
	passes   = "#dafbe1"
	fails    = "#fff8c5"
	rejected = "#ffebe9"
)

// Measures of the pictures, in pixels.
const (
	fontSize   = 13
	lineHeight = 18
	charWidth  = 7 // of the widest text that is usual at this size
	padding    = 20
)

// picture is a drawing in SVG.
type picture struct {
	width, height int
	body          strings.Builder
}

// box draws lines of text in a frame, centred.
func (p *picture) box(x, y, width int, fill string, lines ...string) {
	fmt.Fprintf(&p.body, `<rect x="%d" y="%d" width="%d" height="%d" rx="6" fill="%s" stroke="%s"/>`+"\n",
		x, y, width, boxHeight(lines), fill, line)
	for i, text := range lines {
		p.text(x+width/2, y+lineHeight*(i+1)+2, text)
	}
}

// boxHeight is the height of a box with these lines.
func boxHeight(lines []string) int { return len(lines)*lineHeight + 12 }

// text writes a line of text around x.
func (p *picture) text(x, y int, text string) {
	fmt.Fprintf(&p.body, `<text x="%d" y="%d" text-anchor="middle" fill="%s">%s</text>`+"\n", x, y, ink, html.EscapeString(text))
}

// label writes a line of text on the ground, which hides the lines behind it.
func (p *picture) label(x, y int, text string) {
	width := len(text) * charWidth
	fmt.Fprintf(&p.body, `<rect x="%d" y="%d" width="%d" height="%d" fill="%s"/>`+"\n", x-width/2, y-fontSize, width+1, fontSize+4, ground)
	p.text(x, y, text)
}

// arrow draws a straight line with a head at its end.
func (p *picture) arrow(x1, y1, x2, y2 int, dashed bool) {
	dash := ""
	if dashed {
		dash = ` stroke-dasharray="5 4"`
	}
	fmt.Fprintf(&p.body, `<path d="M%d %dL%d %d" stroke="%s"%s fill="none" marker-end="url(#head)"/>`+"\n", x1, y1, x2, y2, line, dash)
}

// svg returns the file. The title is what a screen reader says.
func (p *picture) svg(title string) string {
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" font-family="sans-serif" font-size="%d" role="img">`+"\n"+
		"<title>%s</title>\n"+
		`<defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="%s"/></marker></defs>`+"\n"+
		`<rect x="0.5" y="0.5" width="%d" height="%d" rx="8" fill="%s" stroke="#d0d7de"/>`+"\n%s</svg>\n",
		p.width, p.height, fontSize, html.EscapeString(title), line, p.width-1, p.height-1, ground, p.body.String())
}

// message is an arrow between two of the parties.
type message struct {
	from, to int
	text     string
}

// conversation draws who asks whom while a plan is made.
func conversation() string {
	const apart, first, top = 226, 86, 70
	parties := []string{"terraform plan", "provider", "registry", "token service"}
	messages := []message{
		{0, 1, "read the check"},
		{1, 2, "GET /v2/ without credentials"},
		{2, 1, "401, and where tokens are issued"},
		{1, 3, "user name and password"},
		{3, 1, "401, or a token"},
		{1, 2, "GET /v2/ with the token"},
		{2, 1, "200"},
		{1, 0, "passed, message, evidence"},
		{0, 0, "precondition"},
	}
	p := picture{width: 2*first + apart*(len(parties)-1), height: top + len(messages)*34 + padding}
	for i, name := range parties {
		x := first + i*apart
		p.box(x-66, 14, 132, neutral, name)
		fmt.Fprintf(&p.body, `<path d="M%d %dV%d" stroke="%s"/>`+"\n", x, 14+boxHeight(parties[:1]), p.height-10, "#afb8c1")
	}
	for i, m := range messages {
		y, from, to := top+20+i*34, first+m.from*apart, first+m.to*apart
		if m.from == m.to {
			p.box(from-66, y-16, 132, neutral, m.text)
			continue
		}
		p.label((from+to)/2, y-6, m.text)
		p.arrow(from, y, to, y, m.to < m.from)
	}
	return p.svg("What a check asks while a plan is made, before the precondition of the consumer decides")
}

// step is a question of a check, and what one of its answers leads to. The other answer
// leads to the next step.
type step struct {
	question []string
	answer   string
	outcome  []string
	colour   string
}

// decisions draws how a check comes to its verdict.
func decisions() string {
	const left, right, question, outcome, gap = padding, 480, 300, 330, 26
	steps := []step{
		{[]string{"Can the credentials be sent?"}, "no", []string{"rejected: password_missing,", "username_missing, malformed_credentials"}, rejected},
		{[]string{"GET /v2/ without credentials:", "does a registry answer 200, 401 or 403?"}, "no", []string{"failed: an outage, nothing is proven"}, fails},
		{[]string{"The same with them, through the token", "service where there is one: accepted?"}, "refused", []string{"rejected: invalid_credentials,", "token_invalid, forbidden and others"}, rejected},
		{[]string{"Does a request without credentials", "get the same answer?"}, "no", []string{"the pass is verified,", "and the next questions follow"}, passes},
		{[]string{"Is a permission in access refused?"}, "yes", []string{"rejected: access_denied"}, rejected},
		{[]string{"Is a permission undecided?"}, "yes", []string{"failed: access_unproven"}, fails},
		{[]string{"Is require_verified set,", "and the pass not proven?"}, "yes", []string{"failed, with the reason of the pass,", "or anyone_accepted"}, fails},
	}
	var p picture
	y := padding
	for _, s := range steps {
		height := max(boxHeight(s.question), boxHeight(s.outcome))
		middle := y + height/2
		p.box(left, middle-boxHeight(s.question)/2, question, neutral, s.question...)
		p.box(right, middle-boxHeight(s.outcome)/2, outcome, s.colour, s.outcome...)
		p.text((left+question+right)/2, middle-6, s.answer)
		p.arrow(left+question, middle, right, middle, false)
		p.arrow(left+question/2, middle+boxHeight(s.question)/2, left+question/2, y+height+gap, false)
		y += height + gap
	}
	p.box(left, y, question, passes, "passed")
	p.width, p.height = right+outcome+padding, y+boxHeight([]string{""})+padding
	return p.svg("How a check comes to its verdict")
}

// pictures are the drawings of the guides, by the name of their file.
func pictures() map[string]string {
	return map[string]string{"conversation.svg": conversation(), "decisions.svg": decisions()}
}

// draw writes the pictures.
func draw(root string) error {
	for name, svg := range pictures() {
		if err := os.WriteFile(filepath.Join(root, ".github", "images", name), []byte(svg), 0o644); err != nil {
			return fmt.Errorf("draw a picture: %w", err)
		}
	}
	return nil
}
