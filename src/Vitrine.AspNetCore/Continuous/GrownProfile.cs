using System.Diagnostics;
using Vitrine.Instruments;
using Vitrine.Pprof;

namespace Vitrine.AspNetCore.Continuous;

/// <summary>A recorder that is watched all the time: without a time it shows what has been added up since that began, with one it records.</summary>
sealed class GrownProfile(IFlowRecorder recorder, Accumulation sum) : IProfileInstrument, IFlowRecorder
{
    public string Name => recorder.Name;

    public string Description => recorder.Description;

    public Disturbance Disturbance => recorder.Disturbance;

    public Availability AvailableFor(ITarget target) => recorder.AvailableFor(target);

    public Look<Profile> Collect(ITarget target, CancellationToken cancellation)
    {
        var (now, begun) = (DateTimeOffset.UtcNow, Stopwatch.GetTimestamp());
        var profile = sum.Collect(cancellation);
        return new(profile, now, Stopwatch.GetElapsedTime(begun), new() { Total = profile.Samples.Count, Accepted = profile.Samples.Count }, profile.Comments);
    }

    public Recording Record(ITarget target, TimeSpan duration, CancellationToken stop) => recorder.Record(target, duration, stop);
}
