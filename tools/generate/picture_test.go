package main

import (
	"encoding/xml"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// drawing is what the tests read of a picture.
type drawing struct {
	Width  int    `xml:"width,attr"`
	Height int    `xml:"height,attr"`
	Title  string `xml:"title"`
	Rects  []struct {
		X      float64 `xml:"x,attr"`
		Y      float64 `xml:"y,attr"`
		Width  float64 `xml:"width,attr"`
		Height float64 `xml:"height,attr"`
		Fill   string  `xml:"fill,attr"`
	} `xml:"rect"`
	Texts []struct {
		X    float64 `xml:"x,attr"`
		Y    float64 `xml:"y,attr"`
		Fill string  `xml:"fill,attr"`
		Text string  `xml:",chardata"`
	} `xml:"text"`
}

// TestPictures_AreLegible holds that each text lies within its box and the picture, and
// that it stands out from what is behind it as WCAG requires (contrast of 4.5), on a
// ground of the picture's own.
func TestPictures_AreLegible(t *testing.T) {
	t.Parallel()
	for name, svg := range pictures() {
		var d drawing
		if err := xml.Unmarshal([]byte(svg), &d); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if d.Title == "" || len(d.Texts) < 9 {
			t.Errorf("%s has the title %q and %d texts", name, d.Title, len(d.Texts))
		}
		if d.Rects[0].Width < float64(d.Width-1) || d.Rects[0].Height < float64(d.Height-1) {
			t.Errorf("%s has no ground of its own", name)
		}
		for _, text := range d.Texts {
			half := float64(len(text.Text)*charWidth) / 2
			if text.X-half < 0 || text.X+half > float64(d.Width) || text.Y > float64(d.Height) {
				t.Errorf("%s: %q does not fit into the picture", name, text.Text)
			}
			behind := d.Rects[0]
			for _, r := range d.Rects {
				if r.X <= text.X && text.X <= r.X+r.Width && r.Y <= text.Y && text.Y <= r.Y+r.Height {
					behind = r // what is drawn later covers what is before
				}
			}
			if 2*half > behind.Width {
				t.Errorf("%s: %q is wider than its box", name, text.Text)
			}
			if contrast := contrast(t, text.Fill, behind.Fill); contrast < 4.5 {
				t.Errorf("%s: %q has a contrast of %.1f", name, text.Text, contrast)
			}
		}
	}
}

// contrast is the ratio of two colours, as WCAG 2 defines it.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	luminance := func(colour string) float64 {
		value, err := strconv.ParseUint(colour[1:], 16, 32)
		if err != nil || len(colour) != 7 {
			t.Fatalf("%q is not a colour: %v", colour, err)
		}
		var sum float64
		for i, weight := range []float64{0.0722, 0.7152, 0.2126} {
			channel := float64(value>>(8*i)&0xff) / 255
			if channel <= 0.04045 {
				sum += weight * channel / 12.92
			} else {
				sum += weight * math.Pow((channel+0.055)/1.055, 2.4)
			}
		}
		return sum
	}
	light, dark := luminance(a), luminance(b)
	return (max(light, dark) + 0.05) / (min(light, dark) + 0.05)
}

func TestPictures_AreUpToDate(t *testing.T) {
	t.Parallel()
	root, _ := goldenFile(t)
	for name, svg := range pictures() {
		file, err := os.ReadFile(filepath.Join(root, ".github", "images", name))
		if err != nil {
			t.Error(err)
		} else if string(file) != svg {
			t.Errorf("%s is not what the generator draws; run make generate", name)
		}
	}
}
