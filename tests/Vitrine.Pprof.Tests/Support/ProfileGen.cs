using FsCheck;
using FsCheck.Fluent;

namespace Vitrine.Pprof.Tests.Support;

/// <summary>Profiles for property-based tests: small, with every field, and with the numbers and strings in which encodings go wrong.</summary>
public static class ProfileGen
{
    static readonly Gen<long> Numbers = Gen.OneOf(
        Gen.Elements(0, 1, -1, 127, 128, 16383, 16384, int.MaxValue, (long)int.MaxValue + 1, long.MaxValue, long.MinValue),
        Gen.Choose(-1000, 1000).Select(n => (long)n));

    static readonly Gen<string> Texts = Gen.OneOf(
        Gen.Elements("", "F1", "F12", "main.main", "ünïcödé", "a\0b", "net/http.(*conn).serve", new string('x', 200), "\ud83d\ude00"),
        Gen.Choose(0, 20).Select(n => $"F{n}"));

    public static Gen<Profile> Profiles { get; } =
        from types in Gen.Choose(1, 3)
        from numbers in Gen.ArrayOf(Numbers, 24)
        from texts in Gen.ArrayOf(Texts, 24)
        from functions in Gen.Choose(1, 8)
        from locations in Gen.Choose(1, 12)
        from stacks in Gen.ListOf(Gen.ListOf(Gen.Choose(0, 1000)))
        select Make(types, numbers, texts, functions, locations, stacks.Select(s => s.ToArray()).ToArray());

    static Profile Make(int types, long[] numbers, string[] texts, int functions, int locations, int[][] stacks)
    {
        var builder = new ProfileBuilder(Enumerable.Range(0, types).Select(i => new SampleType($"type{i}", texts[i])))
        {
            Period = numbers[0],
            TimeNanos = numbers[1],
            DurationNanos = numbers[2],
            PeriodType = numbers[3] > 0 ? new SampleType(texts[3], "nanoseconds") : null,
            DefaultSampleType = texts[4],
            DropFrames = texts[5],
            KeepFrames = texts[6],
            DocUrl = texts[7],
        };
        for (var i = 8; i < 8 + stacks.Length % 4; i++)
            builder.Comments.Add(texts[i]);
        var mapping = builder.Mapping(0x1000, 0x9000, (ulong)numbers[4], texts[8], texts[9], (MappingSymbols)(numbers[5] & 15));
        // Equal functions and locations become one, so the indexes that came back count, not how often was asked.
        int[] functionIds = [.. Enumerable.Range(0, functions).Select(i => builder.Function(texts[i], texts[i + 4], texts[i + 8], numbers[i]))];
        int[] locationIds = [.. Enumerable.Range(0, locations).Select(i => builder.Location(i % 2 == 0 ? mapping : -1, (ulong)numbers[i], Lines(i, functionIds, numbers), i % 7 == 3))];
        foreach (var stack in stacks)
        {
            builder.AddSample(
                [.. stack.Select(l => locationIds[l % locations])],
                [.. Enumerable.Range(0, types).Select(i => numbers[(stack.Sum() + i) % numbers.Length])],
                [.. stack.Take(4).Select(l => Label(l, numbers, texts))]);
        }
        return builder.Build();
    }

    static Line[] Lines(int location, int[] functions, long[] numbers) =>
        [.. Enumerable.Range(0, location % 3).Select(l => new Line(functions[(location + l) % functions.Length], numbers[(location + l) % numbers.Length], l))];

    static Label Label(int choice, long[] numbers, string[] texts) => choice % 2 == 0
        ? new Label(texts[choice % texts.Length], texts[(choice / 2) % texts.Length])
        : new Label(texts[choice % texts.Length], null, numbers[choice % numbers.Length], texts[(choice / 2) % texts.Length]);
}
