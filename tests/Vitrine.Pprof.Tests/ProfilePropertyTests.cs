using FsCheck;
using FsCheck.Fluent;
using Vitrine.Pprof.Tests.Support;
using Vitrine.Pprof.Wire;

namespace Vitrine.Pprof.Tests;

/// <summary>Laws that hold for every profile. The generator's seed is fixed; FsCheck shrinks what breaks a law.</summary>
public sealed class ProfilePropertyTests
{
    static readonly Config Fixed = Config.QuickThrowOnFailure.WithMaxTest(150).WithReplay(20_260_101, 7);

    static void ForAll(Func<Profile, bool> law) => Prop.ForAll(Arb.From(ProfileGen.Profiles), law).Check(Fixed);

    [Fact]
    public void Encode_ThenDecode_IsTheSameProfile() =>
        ForAll(p => ProfileText.Of(ProfileReader.Read(ProfileWriter.ToBytes(p))) == ProfileText.Of(p));

    [Fact]
    public void Encode_ThenDecodeThenEncode_IsTheSameBytes() =>
        ForAll(p => ProfileWriter.ToBytes(ProfileReader.Read(ProfileWriter.ToBytes(p))).AsSpan().SequenceEqual(ProfileWriter.ToBytes(p)));

    [Fact]
    public void Merge_WithItself_DoublesEveryTotal() =>
        ForAll(p => Totals(Merge.Of(p, p)).SequenceEqual(Totals(p).Select(t => unchecked(2 * t))));

    [Fact]
    public void Compact_Twice_IsCompactOnce() =>
        ForAll(p => ProfileText.Of(Compact.Of(Compact.Of(p))) == ProfileText.Of(Compact.Of(p)));

    [Fact]
    public void Diff_OfAProfileAndItself_IsEmpty() => ForAll(p => Diff.Of(p, p).Samples.Count == 0);

    [Fact]
    public void Aggregate_ByAnything_KeepsTheTotals() =>
        ForAll(p => Enum.GetValues<Granularity>().All(g => Totals(Aggregate.By(p, g)).SequenceEqual(Totals(p))));

    [Fact]
    public void Filter_FocusAndIgnoreOfTheSame_DivideTheSamples() => ForAll(p =>
    {
        // Samples without a stack are in neither part, nor in the whole: nothing in them could be focused on.
        var focused = Totals(Filter.Of(p, new FrameFilter { Focus = "F1" }).Profile);
        var ignored = Totals(Filter.Of(p, new FrameFilter { Ignore = "F1" }).Profile);
        var all = Totals(Filter.Of(p, new FrameFilter { Ignore = "no name like this" }).Profile);
        return focused.Zip(ignored, (f, i) => unchecked(f + i)).SequenceEqual(all);
    });

    static long[] Totals(Profile profile)
    {
        var totals = new long[profile.SampleTypes.Count];
        foreach (var sample in profile.Samples)
            for (var i = 0; i < totals.Length; i++)
                totals[i] = unchecked(totals[i] + sample.Values[i]);
        return totals;
    }
}
