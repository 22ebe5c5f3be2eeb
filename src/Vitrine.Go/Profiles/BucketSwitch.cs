using Vitrine.Go.Binary;
using Vitrine.Go.Memory;
using Vitrine.Instruments;

namespace Vitrine.Go.Profiles;

/// <summary>Whether a profile is on in the process. Off is an answer, zero is not: an empty list under a rate of 0 is reported as "off", with what turned it off.</summary>
static class BucketSwitch
{
    /// <summary>The first bucket of a profile's list; 0 when the profile is on and has counted nothing yet.</summary>
    /// <exception cref="InstrumentUnavailableException">The profile is off, or where it is kept is not known.</exception>
    public static ulong HeadOf(RuntimeView view, FunctionTable? functions, BucketProfileKind kind, List<string> notes)
    {
        (string list, string rateName) = kind switch
        {
            BucketProfileKind.Block => ("runtime.bbuckets", "runtime.blockprofilerate"),
            BucketProfileKind.Mutex => ("runtime.xbuckets", "runtime.mutexprofilerate"),
            _ => ("runtime.mbuckets", "runtime.MemProfileRate"),
        };
        string name = kind.ToString().ToLowerInvariant();
        Known<ulong> head = view.ReadScalar(list, 8);
        Known<ulong> rate = view.ReadScalar(rateName, 8);
        // A program whose linker dropped memory profiling may have sampled a few allocations of the runtime's own start-up: that is no profile.
        bool dropped = list == "runtime.mbuckets" && DroppedByLinker(view, functions);
        bool off = dropped || (rate.TryGet(out ulong value) && (long)value <= 0);
        if (!off && !head.IsKnown)
            throw new InstrumentUnavailableException($"The {name} profile cannot be read: where {list} is, is not known ({head.Reason}).");
        if (!off)
        {
            if (!rate.IsKnown)
                notes.Add($"The rate of the {name} profile is not known ({rate.Reason}).");
            else if (head.Value == 0)
                notes.Add($"The {name} profile is on (rate {rate.Value}) and has counted nothing yet.");
            return head.Value;
        }
        if (!dropped && head.TryGet(out ulong left) && left != 0)
        {
            notes.Add($"The {name} profile is switched off now (rate 0); it shows what was counted while it was on.");
            return left;
        }
        if (!dropped && !head.IsKnown)
            throw new InstrumentUnavailableException($"The {name} profile is off in the process now (rate 0); whether it ever was on is not known ({head.Reason}).");
        throw kind switch
        {
            BucketProfileKind.Block => new InstrumentUnavailableException(
                "The block profile is off in the process: runtime.SetBlockProfileRate was never called, so nothing was counted.",
                "`vitrine waits PID -d 30s -o block.pb.gz` watches from outside and writes the same profile."),
            BucketProfileKind.Mutex => new InstrumentUnavailableException(
                "The mutex profile is off in the process: runtime.SetMutexProfileFraction was never called, so nothing was counted.",
                "`vitrine waits PID -d 30s -o mutex.pb.gz` watches from outside and writes the same profile."),
            _ when dropped => new InstrumentUnavailableException(
                "Memory profiling is off in the process: nothing in the program reads the heap profile, so the linker left it out (runtime.disableMemoryProfiling).",
                "The program must import runtime/pprof or net/http/pprof to have it; `vitrine mem` works without."),
            _ => new InstrumentUnavailableException(
                "Memory profiling is off in the process: runtime.MemProfileRate is 0.",
                "The program must leave runtime.MemProfileRate above 0; `vitrine mem` works without."),
        };
    }

    // The linker sets disableMemoryProfiling when the function that reads the profile is not reachable: https://github.com/golang/go/blob/go1.26.0/src/cmd/link/internal/ld/lib.go.
    static bool DroppedByLinker(RuntimeView view, FunctionTable? functions)
    {
        if (view.ReadScalar("runtime.disableMemoryProfiling", 1).TryGet(out ulong dropped))
            return dropped != 0;
        string reader = view.Version.AtLeast(1, 23) ? "runtime.memProfileInternal" : "runtime.MemProfile";
        return functions is not null && functions.FindByName(reader).Count == 0;
    }
}
