using Vitrine.Go.Memory;
using Vitrine.Go.Profiles;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;
using Vitrine.Pprof;
using Vitrine.Pprof.Wire;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Profiles;

/// <summary>The runtime's own profiles seen from outside against pprof.Lookup of the same quiet target, sample by sample.</summary>
public sealed class BucketProfileTruthTests
{
    [Theory, MemberData(nameof(GoMatrix.All), MemberType = typeof(GoMatrix))]
    public void Collect_HeapAndAllocs_EqualLookup(string version, GoFlavour flavour)
    {
        // 4096 bytes: most sites are sampled, and every sample is scaled.
        using TruthTarget target = TruthTarget.Start(
            GoFixture.Build(version, flavour), new TruthOptions { GoDebug = "memprofilerate=4096", GoGc = "off" });
        target.Ask("alloc 3000");
        target.Ask("goroutines 100");
        target.Ask("gc 2");
        target.Ask("alloc 700");
        target.Ask("gc 1");
        target.Ask("alloc 300");
        target.Ask("settle");
        using GoTarget go = GoTarget.Attach(LinuxProcess.Open(target.Pid));

        foreach ((string name, BucketProfileKind kind) in new[] { ("heap", BucketProfileKind.Heap), ("allocs", BucketProfileKind.Allocs) })
        {
            Look<Profile> look = Collect(go, kind);
            Profile truth = ProfileReader.Read(target.Profile(name));
            AssertSameHeader(truth, look.Result);
            List<string> expected = ProfileText.Samples(truth);
            Assert.True(expected.Count > 10, $"{expected.Count} samples are too few to compare");
            // Among them a generic function with its type arguments, and stacks that were cut in the middle of inlined calls: of each some
            // 96 KB are allocated, so that the chance of no sample is 1 in 10 billion.
            Assert.Contains(expected, sample => sample.Contains("main.allocPair[", StringComparison.Ordinal));
            Assert.Contains(expected, sample => sample.Contains("main.allocDeeper", StringComparison.Ordinal));
            Assert.Equal(expected, ProfileText.Samples(look.Result));
            Assert.Equal(0, look.Consistency.Torn);
        }
    }

    [Theory, MemberData(nameof(GoMatrix.Versions), MemberType = typeof(GoMatrix))]
    public void Collect_HeapBeforeFirstCollection_EqualsLookup(string version)
    {
        using TruthTarget target = TruthTarget.Start(
            GoFixture.Build(version, GoFlavour.Stripped), new TruthOptions { GoDebug = "memprofilerate=1", GoGc = "off" });
        target.Ask("alloc 1000");
        target.Ask("settle");
        using GoTarget go = GoTarget.Attach(LinuxProcess.Open(target.Pid));

        Look<Profile> look = Collect(go, BucketProfileKind.Heap);
        Profile truth = ProfileReader.Read(target.Profile("heap"));

        // Before the first collection everything is published, so the target's own answer includes what asking for it allocated.
        static bool IsOfAsking(string sample) => !sample.Contains("main.alloc", StringComparison.Ordinal);
        List<string> expected = ProfileText.Samples(truth, sample => !IsOfAsking(sample));
        Assert.True(expected.Count >= 6, $"{expected.Count} samples are too few to compare");
        Assert.Equal(expected, ProfileText.Samples(look.Result, sample => !IsOfAsking(sample)));
    }

    [Theory, MemberData(nameof(GoMatrix.Versions), MemberType = typeof(GoMatrix))]
    public void Collect_Fresh_CountsWhatIsNotPublishedYet(string version)
    {
        using TruthTarget target = TruthTarget.Start(
            GoFixture.Build(version, GoFlavour.Stripped), new TruthOptions { GoDebug = "memprofilerate=1", GoGc = "off" });
        target.Ask("alloc 1000");
        target.Ask("gc 2");
        target.Ask("alloc 500");
        target.Ask("settle");
        using GoTarget go = GoTarget.Attach(LinuxProcess.Open(target.Pid));

        Assert.Equal(1000, InUseObjects(Collect(go, BucketProfileKind.Heap).Result, "main.allocSmall"));
        var fresh = new BucketProfileOptions { Fresh = true };
        Assert.Equal(1500, InUseObjects(Collect(go, BucketProfileKind.Heap, fresh).Result, "main.allocSmall"));
        target.Ask("gc 2");
        Assert.Equal(1500, InUseObjects(Collect(go, BucketProfileKind.Heap).Result, "main.allocSmall"));
    }

    [Theory, MemberData(nameof(GoMatrix.All), MemberType = typeof(GoMatrix))]
    public void Collect_BlockAndMutex_EqualLookup(string version, GoFlavour flavour)
    {
        using TruthTarget target = TruthTarget.Start(GoFixture.Build(version, flavour));
        target.Ask("rates block=1 mutex=1");
        target.Ask("contend 20");
        target.Ask("settle");
        // The process works the length of a tick out when it first writes such a profile.
        target.Profile("block");
        target.Ask("settle");
        using GoTarget go = GoTarget.Attach(LinuxProcess.Open(target.Pid));

        foreach ((string name, BucketProfileKind kind) in new[] { ("block", BucketProfileKind.Block), ("mutex", BucketProfileKind.Mutex) })
        {
            Look<Profile> look = Collect(go, kind);
            Profile truth = ProfileReader.Read(target.Profile(name));
            AssertSameHeader(truth, look.Result);
            List<string> expected = ProfileText.Samples(truth, IsOfProgram);
            Assert.NotEmpty(expected);
            Assert.Equal(expected, ProfileText.Samples(look.Result, IsOfProgram));
        }
    }

    [Theory, MemberData(nameof(GoMatrix.Versions), MemberType = typeof(GoMatrix))]
    public void Collect_TickRateNotWorkedOut_MeasuresIt(string version)
    {
        using TruthTarget target = TruthTarget.Start(GoFixture.Build(version, GoFlavour.Stripped));
        target.Ask("rates block=1");
        target.Ask("contend 20");
        target.Ask("settle");
        using GoTarget go = GoTarget.Attach(LinuxProcess.Open(target.Pid));

        Look<Profile> look = Collect(go, BucketProfileKind.Block);
        Profile truth = ProfileReader.Read(target.Profile("block"));

        double seen = Sum(look.Result, 1), told = Sum(truth, 1);
        Assert.InRange(seen / told, 0.995, 1.005);
    }

    [Theory, MemberData(nameof(GoMatrix.Versions), MemberType = typeof(GoMatrix))]
    public void Collect_ProfilingOff_SaysSo(string version)
    {
        using TruthTarget target = TruthTarget.Start(GoFixture.Build(version, GoFlavour.Stripped), new TruthOptions { GoDebug = "memprofilerate=0" });
        target.Ask("settle");
        using GoTarget go = GoTarget.Attach(LinuxProcess.Open(target.Pid));

        foreach (BucketProfileKind kind in Enum.GetValues<BucketProfileKind>())
        {
            // Go 1.19 heeds memprofilerate only after it has sampled some allocations of its own: there the profile is switched off, not off.
            if (version == "1.19" && kind is BucketProfileKind.Heap or BucketProfileKind.Allocs)
                continue;
            var off = Assert.Throws<InstrumentUnavailableException>(() => Collect(go, kind));
            Assert.Contains("is off in the process", off.Message, StringComparison.Ordinal);
            Assert.False(new BucketProfileInstrument(kind).AvailableFor(go).CanLook);
        }
    }

    [Theory, MemberData(nameof(GoMatrix.Versions), MemberType = typeof(GoMatrix))]
    public void Collect_HeapDroppedByTheLinker_SaysSo(string version)
    {
        using TruthTarget target = TruthTarget.Start(GoFixture.Build(version, GoFlavour.Stripped, "bare"));
        using GoTarget go = GoTarget.Attach(LinuxProcess.Open(target.Pid));

        var off = Assert.Throws<InstrumentUnavailableException>(() => Collect(go, BucketProfileKind.Heap));

        Assert.Contains("the linker left it out", off.Message, StringComparison.Ordinal);
        Assert.InRange(MemStatsReader.Read(go).Result.HeapAlloc.Value, 4_000_000UL, 8_000_000UL);
    }

    [Theory, MemberData(nameof(GoMatrix.Versions), MemberType = typeof(GoMatrix))]
    public void Collect_SwitchedOffAgain_ShowsWhatWasCountedAndSaysSo(string version)
    {
        using TruthTarget target = TruthTarget.Start(GoFixture.Build(version, GoFlavour.Stripped));
        target.Ask("rates block=1");
        target.Ask("contend 5");
        target.Ask("rates block=0");
        target.Ask("settle");
        using GoTarget go = GoTarget.Attach(LinuxProcess.Open(target.Pid));

        Look<Profile> look = Collect(go, BucketProfileKind.Block);

        Assert.NotEmpty(ProfileText.Samples(look.Result));
        Assert.Contains(look.Notes, note => note.Contains("switched off now", StringComparison.Ordinal));
    }

    // From Go 1.22 on the runtime counts waiting for its own locks too, and writing a profile of itself may make it wait; what it could not
    // attribute to a stack goes to a function of that purpose (https://github.com/golang/go/blob/go1.22.12/src/runtime/mprof.go#L647).
    static bool IsOfProgram(string sample) =>
        !sample.Contains("runtime.unlock", StringComparison.Ordinal) && !sample.Contains("runtime._LostContendedRuntimeLock", StringComparison.Ordinal);

    static Look<Profile> Collect(GoTarget go, BucketProfileKind kind, BucketProfileOptions? options = null) =>
        BucketProfiles.Collect(go, kind, options, TestContext.Current.CancellationToken);

    static void AssertSameHeader(Profile truth, Profile seen)
    {
        Assert.Equal(truth.SampleTypes, seen.SampleTypes);
        Assert.Equal(truth.DefaultSampleType, seen.DefaultSampleType);
        Assert.Equal(truth.PeriodType, seen.PeriodType);
        Assert.Equal(truth.Period, seen.Period);
    }

    static long InUseObjects(Profile profile, string function)
    {
        long objects = 0;
        foreach (Sample sample in profile.Samples)
        {
            Location leaf = profile.Locations[sample.LocationIndexes[0]];
            if (leaf.LineCount > 0 && profile.Functions[leaf.Line(leaf.LineCount - 1).Function].Name == function)
                objects += sample.Values[2];
        }
        return objects;
    }

    static double Sum(Profile profile, int value)
    {
        double sum = 0;
        foreach (Sample sample in profile.Samples)
            sum += sample.Values[value];
        return sum;
    }
}
