/* Whatever the bytes: what is shown is one line of valid UTF-8 without control characters; sanitised text is valid. */
#include <assert.h>
#include <stdint.h>

#include "revident/base/printable.h"
#include "revident/base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strbuf shown = STRBUF_INIT, text = STRBUF_INIT;
	size_t i;

	strbuf_add_printable(&shown, data, size);
	assert(utf8_is_valid(shown.buf, shown.len));
	for (i = 0; i < shown.len; i++)
		assert((unsigned char)shown.buf[i] >= 0x20 && shown.buf[i] != 0x7f);
	strbuf_add_utf8(&text, data, size);
	assert(utf8_is_valid(text.buf, text.len));
	assert(utf8_width(data, size) <= 2 * size);
	strbuf_release(&shown);
	strbuf_release(&text);
	return 0;
}
