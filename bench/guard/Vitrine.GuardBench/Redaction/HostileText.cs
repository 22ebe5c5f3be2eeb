using System.Buffers;
using System.Globalization;
using System.Text;
using Vitrine.Guard.Redaction;

namespace Vitrine.GuardBench.Redaction;

/// <summary>Texts that are nearly matches, over and over, in one line without an end. Twice as much text must take twice as long, whatever it is.</summary>
static class HostileText
{
    static readonly (string Name, string Unit)[] s_texts =
    [
        ("nothing to find", "runtime.mallocgc net/http.(*conn).serve "),
        ("a@", "a@"), ("a@b.", "a@b."), ("local part without an end", "aaaaaaaaaaaaaaaa"), ("a=", "a="), ("&key= without a value", "&key=&"), ("password=", "password="), ("password=\"", "password=\"a "), ("token:'", "token:'a\" "),
        ("1.2.", "1.2."), ("a:", "a:"), ("abcd:", "abcd:"), ("::", "::"), ("4111 ", "4111 "), ("digits", "41111111111111111"), ("://", "://"), ("://@", "://@"), ("http://a:b", "http://a:b/"), ("a:b@tcp(", "a:b@tcp("), ("jdbc:oracle:", "jdbc:oracle:@"), ("--password ", "--password "), ("--", "--"),
        ("eyJ", "eyJ"), ("eyJa.", "eyJa. "), ("ghp_", "ghp_"), ("AKIA", "AKIA"), ("bearer ", "bearer "), ("basic ", "basic QUJD "), ("-----BEGIN ", "-----BEGIN PRIVATE KEY "), ("select ", "select "), ("select from '", "select 1 from '"),
        ("where (", "where x in ("), ("$tag$", "select 1 from $a$b$"), ("panic: ", "panic: "), ("Exception: (", "Exception (): "), ("/home/", "/home/"), ("/users/ with spaces", "\\Users\\a b "), ("/a/b.go", "/a/b.go"), ("%", "%"), ("%40", "a%40b."), ("%2540", "a%2540b."), ("\\u0040", "a\\u0040b."), ("‹", "‹email:"),
        ("{\"", "{\"a\":"), ("[[", "["), ("&amp;", "<a>&amp;"), ("<", "<"), ("<a b=", "<a b=\""), ("invalid UTF-8", "\ud800"),
    ];

    public static void Run(Redactor redactor, bool quick)
    {
        int[] sizes = quick ? [16 << 10, 64 << 10] : [64 << 10, 256 << 10, 1 << 20, 4 << 20];
        Console.WriteLine($"Hostile text: nanoseconds of processor time a byte of `Redactor.RedactText` on one line of so many bytes; a time that grew with the square of the size would grow {sizes[^1] / sizes[0]}-fold over the row.");
        Console.WriteLine();
        Console.WriteLine($"| text, repeated | {string.Join(" | ", sizes.Select(size => $"{size >> 10:N0} KiB"))} | growth |");
        Console.WriteLine($"| --- | {string.Concat(sizes.Select(_ => "--: | "))}--: |");
        var worst = ("", 0.0);
        foreach (var (name, unit) in s_texts)
        {
            var cells = sizes.Select(size => NanosecondsPerByte(redactor, unit, size)).ToArray();
            var growth = cells[^1] / cells[0];
            if (growth > worst.Item2)
                worst = (name, growth);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| `{name.Replace("|", "\\|", StringComparison.Ordinal)}` | {string.Join(" | ", cells.Select(cell => cell.ToString("0.00", CultureInfo.InvariantCulture)))} | {growth:0.0}× |"));
        }
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Linear in the text: {(worst.Item2 < 4 ? "met" : "not met")} (most growth: `{worst.Item1}`, {worst.Item2:0.0}× over {sizes[^1] / sizes[0]} times the text)."));
    }

    static double NanosecondsPerByte(Redactor redactor, string unit, int size)
    {
        var bytes = Encoding.UTF8.GetBytes(unit);
        var text = new byte[size];
        for (var i = 0; i < size; i++)
            text[i] = bytes[i % bytes.Length];
        var output = new ArrayBufferWriter<byte>(size * 2);
        var took = RedactionBench.Cost(() =>
        {
            output.ResetWrittenCount();
            redactor.RedactText(text, output);
        }, TimeSpan.FromMilliseconds(40));
        return took.TotalNanoseconds / size;
    }
}
