package main

import (
	"fmt"
	"html"
	"strings"
	"time"
)

// Measures of the chart, in pixels.
const (
	chartWidth = 760
	labelWidth = 210
	barHeight  = 22
	barGap     = 8
	titleSpace = 34
)

// chart draws the wall time of the plans with the most checks.
func (r results) chart() string {
	shown, longest := r.largest(), time.Duration(1)
	most := 0
	for _, row := range shown {
		most, longest = row.checks, max(longest, median(row.costs, wall))
	}
	height := titleSpace + len(shown)*(barHeight+barGap)
	var svg strings.Builder
	fmt.Fprintf(&svg, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" font-family="sans-serif" font-size="13" role="img">`+"\n", chartWidth, height)
	title := fmt.Sprintf("A plan with %d checks: wall time, median", most)
	fmt.Fprintf(&svg, "<title>%s</title>\n<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n", title)
	fmt.Fprintf(&svg, `<text x="8" y="20" font-weight="bold" fill="#1f2328">%s</text>`+"\n", title)
	for i, row := range shown {
		y := titleSpace + i*(barHeight+barGap)
		took := median(row.costs, wall)
		length := int(float64(chartWidth-labelWidth-80) * took.Seconds() / longest.Seconds())
		colour := "#2f6feb"
		switch row.scenario {
		case "floor", "bare floor":
			colour = "#8c959f"
		case `data "http"`:
			colour = "#d4a72c"
		}
		fmt.Fprintf(&svg, `<text x="%d" y="%d" text-anchor="end" fill="#1f2328">%s</text>`+"\n", labelWidth-8, y+barHeight-6, html.EscapeString(row.scenario))
		fmt.Fprintf(&svg, `<rect x="%d" y="%d" width="%d" height="%d" rx="3" fill="%s"/>`+"\n", labelWidth, y, length, barHeight, colour)
		fmt.Fprintf(&svg, `<text x="%d" y="%d" fill="#1f2328">%.2f s</text>`+"\n", labelWidth+length+6, y+barHeight-6, took.Seconds())
	}
	svg.WriteString("</svg>\n")
	return svg.String()
}
