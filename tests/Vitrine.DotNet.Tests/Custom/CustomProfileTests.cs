using System.Runtime.CompilerServices;
using Vitrine.DotNet.Custom;
using Vitrine.DotNet.Labels;
using Vitrine.Instruments;
using Vitrine.Pprof;
using Vitrine.Pprof.Wire;

namespace Vitrine.DotNet.Tests.Custom;

public sealed class CustomProfileTests
{
    static Profile Taken(CustomProfile profile) => profile.Collect(SelfTarget.Instance, default).Result;

    static long Total(Profile profile) => profile.Samples.Sum(static one => one.Values[0]);

    static string Leaf(Profile profile, Sample sample) => profile.FunctionsOf(sample).First().Name;

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Site1(CustomProfile profile, object value, [CallerLineNumber] int unused = 0)
    {
        profile.Add(value); var line = Line(); GC.KeepAlive(unused); return line;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Site2(CustomProfile profile, object value)
    {
        profile.Add(value);
        GC.KeepAlive(value);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Skipping(CustomProfile profile, object value, int skip)
    {
        profile.Add(value, skip);
        GC.KeepAlive(value);
    }

    static int Line([CallerLineNumber] int line = 0) => line;

    [Fact]
    public void Collect_CountsByStack_WithMethodFileAndLine()
    {
        using var custom = new CustomProfile("connections");
        var line = 0;
        for (var i = 0; i < 30; i++) line = Site1(custom, new object());
        for (var i = 0; i < 7; i++) Site2(custom, i);

        var look = custom.Collect(SelfTarget.Instance, default);
        var profile = look.Result;

        Assert.Equal(["connections/count"], profile.SampleTypes.Select(static one => $"{one.Type}/{one.Unit}"));
        var counts = profile.Samples.ToDictionary(one => Leaf(profile, one), static one => one.Values[0]);
        Assert.Equal(new() { [$"{typeof(CustomProfileTests).FullName}.Site1"] = 30, [$"{typeof(CustomProfileTests).FullName}.Site2"] = 7 }, counts);
        var site = profile.Samples.First(one => Leaf(profile, one).EndsWith("Site1", StringComparison.Ordinal));
        var location = profile.Locations[site.LocationIndexes[0]];
        Assert.Equal(line, location.Line(0).LineNumber);
        Assert.EndsWith("CustomProfileTests.cs", profile.Functions[location.Line(0).Function].FileName, StringComparison.Ordinal);
        Assert.Equal("Vitrine.DotNet.Tests.dll", profile.Mappings[location.MappingIndex].File);
        Assert.Equal(typeof(CustomProfileTests).Module.ModuleVersionId.ToString("N"), profile.Mappings[location.MappingIndex].BuildId);
        Assert.NotEmpty(look.Notes);
    }

    [Fact]
    public void Collect_WrittenAndReadBack_IsTheSameProfile()
    {
        using var custom = new CustomProfile("jobs");
        for (var i = 0; i < 5; i++) Site2(custom, new object());
        var profile = Taken(custom);

        var read = ProfileReader.Read(ProfileWriter.ToBytes(profile));

        Assert.Equal(5, Total(read));
        Assert.Equal(ProfileWriter.ToBytes(profile), ProfileWriter.ToBytes(read));
    }

    [Fact]
    public void Add_TheSameObjectTwice_IsRefused_AndEqualOnesAreNot()
    {
        using var custom = new CustomProfile("x");
        var one = new Lookalike(1);
        custom.Add(one);

        var refused = Assert.Throws<InvalidOperationException>(() => custom.Add(one));
        Assert.Contains("'x'", refused.Message, StringComparison.Ordinal);
        custom.Add(new Lookalike(1));
        Assert.Equal(2, custom.Count);
        Assert.Equal(2, Total(Taken(custom)));
    }

    sealed record Lookalike(int Number);

    [Fact]
    public void Add_NumbersAndStrings_AreTheSameByValue()
    {
        using var custom = new CustomProfile("x");
        custom.Add(5);
        custom.Add("five");
        custom.Add(5L);

        Assert.Throws<InvalidOperationException>(() => custom.Add(5));
        Assert.Throws<InvalidOperationException>(() => custom.Add(new string("five".AsSpan())));
        Assert.True(custom.Remove(5));
        custom.Add(5);
        Assert.Equal(3, custom.Count);
    }

    [Fact]
    public void Remove_TakesItsStackAway_AndAnUnknownValueIsNoError()
    {
        using var custom = new CustomProfile("x");
        List<object> values = [.. Enumerable.Range(0, 100).Select(static _ => new object())];
        values.ForEach(one => Site2(custom, one));

        Assert.False(custom.Remove(new object()));
        values.Take(60).ToList().ForEach(one => Assert.True(custom.Remove(one)));
        Assert.False(custom.Remove(values[0]));
        Assert.Equal(40, Total(Taken(custom)));
        values.Skip(60).ToList().ForEach(one => Assert.True(custom.Remove(one)));
        Assert.Equal(0, custom.Count);
        Assert.Empty(Taken(custom).Samples);
    }

    [Fact]
    public void Remove_LetsGoOfTheValue()
    {
        using var custom = new CustomProfile("x");
        var weak = AddAndRemove(custom);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        Assert.False(weak.IsAlive);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference AddAndRemove(CustomProfile custom)
        {
            var value = new object();
            custom.Add(value);
            custom.Remove(value);
            return new(value);
        }
    }

    [Fact]
    public void Add_Skip_BeginsTheStackWithTheCaller()
    {
        using var custom = new CustomProfile("x");
        Skipping(custom, 0, 0);
        Skipping(custom, 1, 1);
        Skipping(custom, 2, 100_000);
        var profile = Taken(custom);

        var leaves = profile.Samples.Select(one => Leaf(profile, one)).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(3, leaves.Count);
        Assert.StartsWith("(no stack", leaves[0], StringComparison.Ordinal);
        Assert.EndsWith(nameof(Add_Skip_BeginsTheStackWithTheCaller), leaves[1], StringComparison.Ordinal);
        Assert.EndsWith(nameof(Skipping), leaves[2], StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => custom.Add(3, -1));
    }

    [Fact]
    public async Task Add_InAsyncCode_NamesTheMethodThatWasWritten()
    {
        using var custom = new CustomProfile("x");
        await Work(custom);
        var profile = Taken(custom);

        Assert.Equal($"{typeof(CustomProfileTests).FullName}.Work", Leaf(profile, profile.Samples.Single()));

        static Task Work(CustomProfile custom) => CustomProfileTests.Work(custom);
    }

    static async Task Work(CustomProfile custom)
    {
        await Task.Yield();
        custom.Add(new object());
        await Task.Yield();
    }

    [Fact]
    public void Add_UnderLabels_SplitsTheStackByThem()
    {
        using var custom = new CustomProfile("x");
        for (var i = 0; i < 10; i++)
            using (ProfileLabels.Scope(("tenant", i < 3 ? "blue" : "green")))
                Site2(custom, i);
        var profile = Taken(custom);

        var byTenant = profile.Samples.ToDictionary(one => profile.LabelSets[one.LabelSetIndex].Single().Text!, static one => one.Values[0]);
        Assert.Equal(new() { ["blue"] = 3, ["green"] = 7 }, byTenant);
    }

    [Fact]
    public void Add_BeyondTheLimit_IsCountedAndSaid()
    {
        using var custom = new CustomProfile("x", new() { MaximumValues = 10, Stripes = 1 });
        for (var i = 0; i < 25; i++) Site2(custom, i);

        Assert.Equal((10, 15L), (custom.Count, custom.Dropped));
        Assert.Contains(custom.Collect(SelfTarget.Instance, default).Notes, static note => note.StartsWith("15 values were not recorded", StringComparison.Ordinal));
        Assert.False(custom.Remove(20));
    }

    [Fact]
    public void Registry_ATakenName_IsRefused_AndNothingRegistersItself()
    {
        var registry = new InstrumentRegistry();
        using var one = new CustomProfile("connections");
        using var other = new CustomProfile("connections");
        Assert.Empty(registry.All);
        registry.Add(one);

        Assert.Throws<ArgumentException>(() => registry.Add(other));
        Assert.True(registry.TryGet("connections", out var found));
        Assert.Same(one, found);
    }

    [Theory, InlineData(1), InlineData(16), InlineData(1024)]
    public void AddAndRemove_FromManyThreads_LosesNothing(int stripes)
    {
        using var custom = new CustomProfile("x", new() { Stripes = stripes });
        const int Threads = 16, Each = 400;
        using var ready = new Barrier(Threads + 1);
        var threads = Enumerable.Range(0, Threads).Select(id => new Thread(() =>
        {
            ready.SignalAndWait();
            for (var i = 0; i < Each; i++)
            {
                var value = id * Each + i;
                Site2(custom, value);
                if (i % 4 != 0) Assert.True(custom.Remove(value));
            }
        })).ToList();
        threads.ForEach(static one => one.Start());
        ready.SignalAndWait();
        while (threads.Any(static one => one.IsAlive))
            Assert.InRange(Total(Taken(custom)), 0, Threads * Each);

        Assert.Equal(Threads * Each / 4, custom.Count);
        Assert.Equal(Threads * Each / 4, Total(Taken(custom)));
    }

    [Theory, InlineData(3), InlineData(-1), InlineData(2048)]
    public void Stripes_NotAPowerOfTwo_AreRefused(int stripes) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new CustomProfile("x", new() { Stripes = stripes }));
}
