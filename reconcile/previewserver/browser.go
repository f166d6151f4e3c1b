package previewserver

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// FindBrowser finds the Chromium of this machine: what is named, a program or a path that
// is relative to the directory of the run, or else the ones that it usually is.
func FindBrowser(named string, relative func(string) string) (string, error) {
	if named != "" {
		if strings.ContainsRune(named, filepath.Separator) {
			named = relative(named)
		}
		found, err := exec.LookPath(named)
		if err != nil {
			return "", fmt.Errorf("CHROME_PATH does not name a program that can be run: %w", err)
		}
		return found, nil
	}
	names := []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"}
	if runtime.GOOS == "darwin" {
		names = append(names, "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium")
	}
	for _, name := range names {
		if found, err := exec.LookPath(name); err == nil {
			return found, nil
		}
	}
	return "", errors.New("Screenshots are taken by Chromium or Chrome, and neither is on the PATH: install one, or name it in CHROME_PATH")
}

// OpenBrowser asks the desktop to show an address.
func OpenBrowser(ctx context.Context, address string) error {
	name, args := "xdg-open", []string{address}
	switch runtime.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", address}
	}
	command := exec.CommandContext(ctx, name, args...)
	if err := command.Start(); err != nil {
		return err
	}
	go func() { _ = command.Wait() }() // whatever it says, the address has been printed
	return nil
}
