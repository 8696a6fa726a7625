package securetoken

import (
	"fmt"
	"io"
	"os"
)

const (
	// maxKeyFileBytes has room for the longest key and a line break of two characters.
	maxKeyFileBytes = maxKeyBytes + 2
	// maxPEMBytes is more than any bundle of certificates has.
	maxPEMBytes = 1 << 20
)

// readRegularFile reads a file of at most limit bytes. The files of a client are read while calls wait:
// a pipe would make them wait for its writer, and a device never ends.
func readRegularFile(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	refused := fmt.Errorf("%s must be a regular file of at most %d bytes", path, limit)
	if !info.Mode().IsRegular() || info.Size() > limit {
		return nil, refused
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	// The file may have grown since.
	content, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err == nil && int64(len(content)) > limit {
		return nil, refused
	}
	return content, err
}
