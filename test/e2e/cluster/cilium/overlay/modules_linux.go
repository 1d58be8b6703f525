// Package modules: what Cilium asks about kernel modules. It takes the place of Cilium's own file of this name
// (lib/build.sh), because that one ends the agent on a kernel without loadable modules, where there is no
// /proc/modules. Such a kernel has all it can have built in.
package modules

import (
	"errors"
	"io/fs"
	"os"
	"strings"
)

func moduleLoader() string {
	if _, err := os.Stat("/proc/modules"); err != nil {
		return "true"
	}
	return "modprobe"
}

func listModules() ([]string, error) {
	text, err := os.ReadFile("/proc/modules")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var names []string
	for line := range strings.Lines(string(text)) {
		names = append(names, strings.Fields(line)[0])
	}
	return names, nil
}
