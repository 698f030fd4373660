// Goal: printf() and the functions beside it give what SQLite 3.50.4 gives; Debian's is older, and prints
// some otherwise. Method: answers that were taken from it.

#include "engine/db/testing/expect_answers.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

TEST(TextFunctionsTest, GiveWhatSqliteGives) {
  ExpectAnswers(R"sql(
SELECT printf('%d|%5d|%-5d|%05d|%+d|% d|%,d', 1, 2, 3, 4, 5, 6, 1234567)
= '1|    2|3    |00004|+5| 6|1,234,567'
SELECT printf('%d %i %u', -1, '12abc', -1)
= '-1 12 18446744073709551615'
SELECT printf('%x %X %#x %#X %o %#o %p', 255, 255, 255, 255, 8, 8, 255)
= 'ff FF 0xff 0XFF 10 010 FF'
SELECT printf('%s|%10s|%-10s|%.2s|%!.2s|%!5s', 'abc', 'abc', 'abc', 'abc', 'hé', 'é')
= 'abc|       abc|abc       |ab|hé|    é'
SELECT printf('%q %Q %w %q %Q', 'it''s', 'it''s', 'a"b', NULL, NULL)
= 'it''''s ''it''''s'' a""b (NULL) NULL'
SELECT printf('%#Q %#q %#Q', 'a' || char(10), 'a\b', 'a\b')
= 'unistr(''a\u000a'') a\\b ''a\b'''
SELECT printf('%c%c|%5c|%.3c', 'abc', 'é', 'x', 'y')
= 'aé|    x|yyy'
SELECT printf('%f %.2f %10.3f %-10.1f| %+f %e %E %g %G', 1.5, 2.345, 3.14159, 2.5, 1, 12345.678, 0.00012, 1e10, 0.0001)
= '1.500000 2.35      3.142 2.5       | +1.000000 1.234568e+04 1.200000E-04 1e+10 0.0001'
SELECT printf('%.0f %.0f %.0f %.3f', 0.5, 1.5, 2.5, 9.9995)
= '1 2 3 9.999'
SELECT printf('%!f %!.3f %!g %#g %#.0f', 1.0, 2.5, 100, 100, 3)
= '1.0 2.5 100.0 100.000 3.'
SELECT printf('%f %f %+f %010f', 1e999, -1e999, 1e999, 1e999)
= 'Inf -Inf +Inf 9000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000.000000'
SELECT printf('%,f %,.2f %012.2f %-012.2f|', 1234567.891, 999.999, -5.5, -5.5)
= '1,234,567.891000 1,000.00 -00000005.50 -5.50       |'
SELECT printf('%*d|%-*d|%.*f|%*s', 5, 1, 5, 2, 2, 3.14159, -5, 'x')
= '    1|2    |3.14|x    '
SELECT printf('%r %r %r %r %r', 1, 2, 3, 11, 112)
= '1st 2nd 3rd 11th 112th'
SELECT printf('%%|%5%|%d', 7)
= '%|    %|7'
SELECT printf('%d %s %f')
= '0  0.000000'
SELECT printf('%')
= '%'
SELECT printf('a%')
= 'a%'
SELECT printf('%d%y%d', 1, 2)
= '1'
SELECT printf('%y', 1)
= NULL
SELECT printf('')
= NULL
SELECT printf('%s', '')
= ''
SELECT printf(NULL)
= NULL
SELECT printf(12)
= '12'
SELECT printf('%.20f|%.20g|%!.20f', 0.1, 0.1, 0.5)
= '0.10000000000000000000|0.1|0.5'
SELECT printf('%.3d|%08.3d|%,08d', 5, 5, 12345)
= '005|00000005|00,012,345'
SELECT printf('%z|%lld|%ld', 'z', 1, 2)
= 'z|1|2'
SELECT format('%s=%d', 'x', 3)
= 'x=3'
SELECT unhex('6162')
= X'6162'
SELECT unhex('61-62', '-')
= X'6162'
SELECT unhex('6-162', '-')
= NULL
SELECT unhex('616')
= NULL
SELECT unhex(NULL)
= NULL
SELECT unhex('6162', NULL)
= NULL
SELECT unhex('é61é', 'é')
= X'61'
SELECT unistr('a\0041\u00e9\+01F600\U0001F600\\')
= 'aAé😀😀\'
SELECT unistr(NULL)
= NULL
SELECT unistr_quote('a' || char(9) || '\')
= 'unistr(''a\u0009\\'')'
SELECT unistr_quote('it''s')
= '''it''''s'''
SELECT unistr_quote(x'00ff')
= 'X''00FF'''
SELECT iif(0, 1, 0, 2, 3)
= 3
SELECT iif(0, 1)
= NULL
SELECT if(0, 1, 1, 2)
= 2
SELECT if(1, 2, 3)
= 2
SELECT soundex('Robert'), soundex('Tymczak'), soundex('Pfister'), soundex('O''Hara'), soundex(NULL), soundex(12)
= 'R163'|'T522'|'P236'|'O600'|'?000'|'?000'
)sql");
}

}  // namespace
}  // namespace orrery
