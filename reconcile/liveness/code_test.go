package liveness

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type documentedErrors struct {
	EnvelopeCodes []struct {
		Code           string   `json:"code"`
		Meaning        string   `json:"meaning"`
		RetryClass     string   `json:"retry_class"`
		IdempotentOnly bool     `json:"idempotent_only"`
		Messages       []string `json:"messages"`
		Billed         string   `json:"billed"`
		APIs           []string `json:"apis"`
	} `json:"envelope_codes"`
	ResultErrorCodes struct {
		Values []struct {
			OverallResult string `json:"overallResult"`
			ErrorCode     string `json:"errorCode"`
		} `json:"values"`
	} `json:"result_error_codes"`
	ConfigureUI struct {
		Constants []struct {
			Constant, Message, Page, Field, Path string
		} `json:"constants"`
	} `json:"configure_ui"`
}

func documented(t *testing.T) documentedErrors {
	t.Helper()
	raw, err := os.ReadFile("../../testdata/api/errors.json")
	require.NoError(t, err)
	var d documentedErrors
	require.NoError(t, json.Unmarshal(raw, &d))
	require.NotEmpty(t, d.EnvelopeCodes)
	return d
}

func TestCodesAreThoseOfTheDocuments(t *testing.T) {
	classes := map[string]class{
		"success": classSuccess, "never": classNever, "retry_after": classWait,
		"refresh_token_retry_once": classRenew, "fatal_auth": classFatal,
	}
	prices := map[string]price{"fre": priceFree, "pay": priceByCall, "unt": priceUnknown} // free, pay in the glossary, untagged
	d := documented(t)
	for _, want := range d.EnvelopeCodes {
		row, known := findCode(want.Code)
		if assert.True(t, known, want.Code) {
			assert.Equal(t, classes[want.RetryClass], row.class, want.Code)
			assert.Equal(t, want.Meaning, row.meaning, want.Code)
			assert.Equal(t, want.IdempotentOnly, row.idempotent, want.Code)
			assert.Equal(t, prices[want.Billed[:3]], row.price, want.Code)
			assert.Equal(t, row.class == classSuccess, row.hint == "", "%s: whoever is refused is told what to do", want.Code)
		}
	}
	assert.Len(t, codes, len(d.EnvelopeCodes), "no code that the documents do not name")
	row, known := findCode("SOMETHING_NEW")
	assert.False(t, known)
	assert.Equal(t, classNever, row.class)
}

func TestResultCodesAreThoseOfTheDocuments(t *testing.T) {
	d := documented(t)
	var want, have [][2]string
	for _, v := range d.ResultErrorCodes.Values {
		want = append(want, [2]string{v.OverallResult, v.ErrorCode})
	}
	for _, row := range resultCodes {
		have = append(have, [2]string{row.outcome, row.code})
		assert.Equal(t, row.code == success, row.explanation == "", row.code)
	}
	assert.Equal(t, want, have)
}

func TestRefusalsFindTheirField(t *testing.T) {
	d := documented(t)
	require.Len(t, d.ConfigureUI.Constants, 44)
	for _, c := range d.ConfigureUI.Constants {
		want := c.Path
		if c.Field == "unknown" {
			want = c.Page
		}
		assert.Equal(t, want, refusedField(c.Message), c.Constant)
	}
	assert.Equal(t, "mobileTipsPage.tips[].text", refusedField("  THE TIPS IS TOO LONG OF TIPS PAGE "), "case, blanks and the period do not matter")
	assert.Empty(t, refusedField("Parameter should not be empty"))
	assert.Empty(t, refusedField(""))
}
