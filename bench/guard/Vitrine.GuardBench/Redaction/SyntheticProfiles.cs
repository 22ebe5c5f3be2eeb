using System.Globalization;
using System.Text;
using Vitrine.Pprof;

namespace Vitrine.GuardBench.Redaction;

/// <summary>Profiles that are nearly all labels.</summary>
static class SyntheticProfiles
{
    /// <summary>A CPU profile of a thousand functions with labels of its own on every sample.</summary>
    public static Profile Labelled(int samples, Func<int, Label[]> labels)
    {
        var builder = new ProfileBuilder(new SampleType("samples", "count"), new SampleType("cpu", "nanoseconds")) { Period = 10_000_000 };
        var binary = builder.Mapping(0x400000, 0x900000, 0, "/usr/bin/shop", "abcd", MappingSymbols.All);
        var locations = Enumerable.Range(0, 1000).Select(i => builder.Location(binary, 0x400000 + (ulong)i * 16,
            [new Line(builder.Function($"github.com/acme/shop/internal/cart.(*Cart).Add{i}", "", $"/usr/share/shop/internal/cart/file{i % 40}.go", i), i)])).ToArray();
        var stack = new int[12];
        for (var i = 0; i < samples; i++)
        {
            for (var depth = 0; depth < stack.Length; depth++)
                stack[depth] = locations[(i % 500 + depth * 41) % locations.Length];
            builder.AddSample(stack, [1, 10_000_000], labels(i));
        }
        return builder.Build();
    }

    /// <summary>Thirty-two hexadecimal digits that differ.</summary>
    public static string Hex(int i) => string.Create(CultureInfo.InvariantCulture, $"{(ulong)i * 0x9E3779B97F4A7C15:x16}{(ulong)i * 0xC2B2AE3D27D4EB4F:x16}");

    /// <summary>Bytes of the different strings of a profile, about: names, files and labels.</summary>
    public static long StringBytes(Profile profile)
    {
        var strings = new HashSet<string>(StringComparer.Ordinal);
        foreach (var function in profile.Functions)
        {
            strings.Add(function.Name);
            strings.Add(function.SystemName);
            strings.Add(function.FileName);
        }
        foreach (var set in profile.LabelSets)
            foreach (var label in set)
                strings.Add(label.Text ?? label.Key);
        return strings.Sum(one => (long)Encoding.UTF8.GetByteCount(one));
    }
}
