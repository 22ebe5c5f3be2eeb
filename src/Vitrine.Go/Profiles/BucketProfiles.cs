using Vitrine.Go.Memory;
using Vitrine.Instruments;
using Vitrine.Pprof;

namespace Vitrine.Go.Profiles;

/// <summary>The heap, allocs, block and mutex profiles of a Go process, as runtime/pprof would write them, read from outside.</summary>
public static class BucketProfiles
{
    /// <summary>Reads a profile.</summary>
    /// <exception cref="InstrumentUnavailableException">The profile is off in the process, or where it is kept is not known.</exception>
    /// <exception cref="Vitrine.Linux.Processes.TargetGoneException">The process ended, or runs another program.</exception>
    public static Look<Profile> Collect(
        GoTarget target, BucketProfileKind kind, BucketProfileOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        var reader = new BucketProfileReader(
            RuntimeViews.Of(target), target.Binary.Functions, target.Bias, target.Process?.Maps() ?? [], target.Binary.Elf.BuildId ?? "");
        Look<Profile> look = reader.Collect(kind, options ?? BucketProfileOptions.Default, cancellation);
        target.ThrowIfGone();
        return look;
    }

    /// <summary>Throws the reason when a profile is off in the process, or where it is kept is not known.</summary>
    /// <exception cref="InstrumentUnavailableException">See above.</exception>
    public static void CheckAvailable(GoTarget target, BucketProfileKind kind)
    {
        ArgumentNullException.ThrowIfNull(target);
        BucketSwitch.HeadOf(RuntimeViews.Of(target), target.Binary.Functions, kind, []);
    }
}
