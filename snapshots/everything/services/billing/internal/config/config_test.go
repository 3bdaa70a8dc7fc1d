package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestEveryMistakeIsReportedAtOnce(t *testing.T) {
	c := load(map[string]string{"ENVIRONMENT": "prod", "LOG_LEVEL": "loud", "SERVICE_NAME": "test", "PORT": "80a"})
	c.Secret("SESSION_KEY_FILE")

	lines := strings.Split(c.Err().Error(), "\n")
	for _, name := range []string{"ENVIRONMENT", "LOG_LEVEL", "PORT", "SESSION_KEY_FILE"} {
		found := 0
		for _, line := range lines {
			if strings.HasPrefix(line, name+": ") {
				found++
			}
		}
		if found != 1 {
			t.Errorf("%s stands in %d lines of\n%s", name, found, c.Err())
		}
	}
}

func TestSecrets(t *testing.T) {
	tests := []struct {
		environment, content, want, mistake string
	}{
		{"development", "development-only-x\n", "development-only-x", ""},
		{"test", "", "", ""},
		{"production", "s3cret\n", "s3cret", ""},
		{"production", "development-only-x", "development-only-x", "for development only"},
		{"staging", "development-only-x", "development-only-x", "for development only"},
		{"staging", "\n", "", "is empty"},
	}
	for _, test := range tests {
		t.Run(test.environment+" "+test.content, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "secret")
			if err := os.WriteFile(path, []byte(test.content), 0o600); err != nil {
				t.Fatal(err)
			}
			c := &Config{Environment: test.environment, lookup: variables(map[string]string{"KEY_FILE": path})}
			if got := c.Secret("KEY_FILE"); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			checkMistake(t, c, test.mistake)
		})
	}
}

func TestMissingSecret(t *testing.T) {
	for environment, mistake := range map[string]string{"development": "", "production": "KEY_FILE: is not set"} {
		c := &Config{Environment: environment, lookup: variables(nil)}
		c.Secret("KEY_FILE")
		checkMistake(t, c, mistake)
	}
	c := &Config{Environment: "development", lookup: variables(map[string]string{"KEY_FILE": "/nowhere"})}
	c.Secret("KEY_FILE")
	checkMistake(t, c, "no such file")
}

func checkMistake(t *testing.T, c *Config, want string) {
	t.Helper()
	switch err := c.Err(); {
	case want == "" && err != nil:
		t.Errorf("unexpected: %v", err)
	case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
		t.Errorf("got %v, want %s", err, want)
	}
}

func load(values map[string]string) *Config { return Load(variables(values)) }

func variables(values map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, ok := values[name]
		return value, ok
	}
}
