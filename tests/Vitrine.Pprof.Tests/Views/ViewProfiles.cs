using System.Text;

namespace Vitrine.Pprof.Tests.Views;

/// <summary>Profiles for the views, made from folded lines (root first), so that a test shows its input.</summary>
internal static class ViewProfiles
{
    public static Profile Of(params string[] lines) => Of([new SampleType("samples", "count")], lines);

    /// <summary>Each line: frames separated by semicolons, a space, one value per type separated by commas.</summary>
    public static Profile Of(SampleType[] types, params string[] lines)
    {
        var builder = new ProfileBuilder(types);
        foreach (var line in lines)
        {
            var space = line.LastIndexOf(' ');
            int[] stack = [.. line[..Math.Max(space, 0)].Split(';', StringSplitOptions.RemoveEmptyEntries).Reverse().Select(name => Frame(builder, name))];
            builder.AddSample(stack, [.. line[(space + 1)..].Split(',').Select(long.Parse)]);
        }
        return builder.Build();
    }

    /// <summary>A frame "name" or "name@file:line".</summary>
    static int Frame(ProfileBuilder builder, string text)
    {
        var at = text.IndexOf('@');
        var colon = text.LastIndexOf(':');
        return at < 0
            ? builder.Location(-1, 0, [new Line(builder.Function(text, text), 0)])
            : builder.Location(-1, 0, [new Line(builder.Function(text[..at], text[..at], text[(at + 1)..colon]), long.Parse(text[(colon + 1)..]))]);
    }

    /// <summary>A service with a few packages, two values, and one stack that is inlined.</summary>
    public static Profile Service(long factor = 1, long extra = 0)
    {
        var builder = new ProfileBuilder(new SampleType("samples", "count"), new SampleType("cpu", "nanoseconds"))
        {
            TimeNanos = 1_700_000_000_000_000_000,
            DurationNanos = 30_000_000_000,
            PeriodType = new SampleType("cpu", "nanoseconds"),
            Period = 10_000_000,
        };
        var binary = builder.Mapping(0x400000, 0x900000, 0, "/usr/local/bin/shop", "b1d", MappingSymbols.All);
        int F(string name, string file) => builder.Function(name, name, file);
        int L(ulong address, params ReadOnlySpan<Line> lines) => builder.Location(binary, address, lines);
        var main = L(0x401000, new Line(F("main.main", "/shop/main.go"), 20));
        var serve = L(0x402000, new Line(F("net/http.(*conn).serve", "/go/net/http/server.go"), 2039));
        var cart = L(0x403000, new Line(F("example.org/shop/cart.(*Cart).Total", "/shop/cart/cart.go"), 88), new Line(F("example.org/shop/cart.Handle", "/shop/cart/http.go"), 31));
        var json = L(0x404000, new Line(F("encoding/json.Marshal", "/go/encoding/json/encode.go"), 171));
        var alloc = L(0x405000, new Line(F("runtime.mallocgc", "/go/runtime/malloc.go"), 1029));
        var gc = L(0x406000, new Line(F("runtime.gcBgMarkWorker", "/go/runtime/mgc.go"), 1310));
        var libc = builder.Location(builder.Mapping(0x7f0000000000, 0x7f0000100000, 0, "/lib/libc.so.6"), 0x7f0000001234, []);
        void S(long value, params ReadOnlySpan<int> stack) => builder.AddSample(stack, [value * factor, value * factor * 10_000_000]);
        S(40, alloc, json, cart, serve);
        S(25, json, cart, serve);
        S(20, cart, serve);
        S(10, gc);
        S(4, libc, main);
        S(1, alloc, main);
        if (extra > 0)
            S(extra, L(0x407000, new Line(F("crypto/sha256.block", "/go/crypto/sha256/block.go"), 9)), cart, serve);
        return builder.Build();
    }

    /// <summary>Names that have broken a viewer somewhere: markup, script ends, separators, escapes, direction marks, emoji, NUL, half a surrogate pair, 64 KiB.</summary>
    public static string[] HostileNames { get; } =
    [
        "</script><script>document.title='owned'</script>",
        "<img src=x onerror=\"document.title='owned'\">",
        "]]></style></title><svg onload=alert(1)>",
        "a;b", "trailing space ", " leading", "ends in number 42", "two\nlines", "tab\tand\rreturn", "percent%3Bescape%25", "gopkg.in/yaml%2ev3.Unmarshal",
        "\u202Eevil\u202C", "\u2066isolate", "zero\u200Bwidth", "emoji 🔥🧯", "日本語の関数", "עברית.פונקציה", "nul\0byte", "escape\u001b[31mred", "half\ud800pair", "\uFFFE",
        "quote\"'`&amp;{{data}}", "#comment", "", "__proto__", "constructor", "toString", "'; DROP TABLE frames; --", new('x', 65_536),
    ];

    public static Profile Hostile()
    {
        var builder = new ProfileBuilder(new SampleType("samples", "count"));
        var value = 1L;
        var root = builder.Location(-1, 0, [new Line(builder.Function("main.main"), 0)]);
        foreach (var name in HostileNames)
            builder.AddSample([builder.Location(-1, 0, [new Line(builder.Function(name, "", name), 1)]), root], [value++]);
        return builder.Build();
    }

    public static string Text(Action<Stream> write)
    {
        using var stream = new MemoryStream();
        write(stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    public static Stream Stream(string text) => new MemoryStream(Encoding.UTF8.GetBytes(text));

    /// <summary>A profile as sorted "root;…;leaf values" lines, whatever its tables look like.</summary>
    public static string[] Lines(Profile profile) =>
        [.. profile.Samples.Select(sample =>
        {
            var names = new List<string>();
            foreach (var location in sample.LocationIndexes)
                for (var i = 0; i < profile.Locations[location].LineCount; i++)
                    names.Add(profile.Functions[profile.Locations[location].Line(i).Function].Name);
            names.Reverse();
            return $"{string.Join('\u0001', names)} {string.Join(',', sample.Values.ToArray())}";
        }).Order(StringComparer.Ordinal)];
}
