// Chaincheck verifies a log of llm-boundary-sidecar with nothing of llm-boundary: the chain of lines by SHA-256, and the signatures by
// golang.org/x/mod/sumdb/note, which other people wrote. It reads the lines of one log on standard input, in their order.
//
// Usage: chaincheck VERIFIER_KEY < LINES. It prints how many lines and signatures it checked. Exit status 1: something does not fit.
package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// What of a line the chain is made of. A line is checked as it lies there; the other members are covered by its hash.
type line struct {
	Kind   string
	Note   string
	Origin string
	Prev   string
	Seq    int
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: chaincheck VERIFIER_KEY < LINES")
		os.Exit(2)
	}
	lines, signatures, err := check(os.Stdin, os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("%d lines, %d signatures\n", lines, signatures)
}

func check(input io.Reader, key string) (lines, signatures int, err error) {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return 0, 0, err
	}
	previous := strings.Repeat("0", 64)
	scanner := bufio.NewScanner(input)
	for ; scanner.Scan(); lines++ {
		var read line
		if err := json.Unmarshal(scanner.Bytes(), &read); err != nil {
			return lines, signatures, fmt.Errorf("line %d: %w", lines, err)
		}
		if read.Seq != lines || read.Prev != previous || read.Origin != verifier.Name() {
			return lines, signatures, fmt.Errorf("line %d does not follow from the one before it", lines)
		}
		if read.Kind == "checkpoint" {
			if err := signed(read, verifier); err != nil {
				return lines, signatures, fmt.Errorf("line %d: %w", lines, err)
			}
			signatures++
		}
		previous = fmt.Sprintf("%x", sha256.Sum256(scanner.Bytes()))
	}
	if signatures == 0 && scanner.Err() == nil {
		return lines, signatures, fmt.Errorf("no signature")
	}
	return lines, signatures, scanner.Err()
}

// A note says origin, number of lines and hash of the last of them, each on a line of its own.
func signed(read line, verifier note.Verifier) error {
	opened, err := note.Open([]byte(read.Note), note.VerifierList(verifier))
	if err != nil {
		return err
	}
	hash, err := hex.DecodeString(read.Prev)
	if err != nil {
		return err
	}
	want := fmt.Sprintf("%s\n%d\n%s\n", read.Origin, read.Seq, base64.StdEncoding.EncodeToString(hash))
	if opened.Text != want {
		return fmt.Errorf("the signature is over another line")
	}
	return nil
}
