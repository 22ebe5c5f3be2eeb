using Vitrine.Go.Profiles;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;
using Vitrine.Pprof;

namespace Vitrine.Go.Probes.Waits;

/// <summary>
/// The waits as runtime/pprof writes its block and mutex profiles: the same sample types, the same calls left out at the leaf, the same side that is
/// charged. Block: the stack that waited. Mutex: the stack that unlocked.
/// </summary>
internal sealed class WaitProfiles(GoTarget target, IReadOnlyList<MemoryMap> maps, NamedStacks stacks, DateTimeOffset startedAt, ProbeCoverage coverage)
{
    public Profile Block(IEnumerable<ResolvedWait> waits)
    {
        var building = new Building(this);
        foreach (ResolvedWait wait in waits)
        {
            if (!wait.Kind.IsBlock())
                continue;
            int start = WaitFrames.BlockProfileStart(stacks[wait.Stack].Names);
            if (start >= 0)
                building.Add(stacks.Pcs(wait.Stack), start, wait.Sum.Count, wait.Sum.TotalNs);
        }
        return building.Finish();
    }

    public Profile Mutex(IEnumerable<ResolvedWait> waits)
    {
        var building = new Building(this);
        foreach (ResolvedWait wait in waits)
        {
            if (!wait.Kind.IsMutex())
                continue;
            int start = WaitFrames.MutexProfileStart(stacks[wait.Releaser].Names);
            if (start >= 0)
                building.Add(stacks.Pcs(wait.Releaser), start, wait.Sum.Count, wait.Sum.ChargedNs);
        }
        return building.Finish();
    }

    private sealed class Building
    {
        private readonly ProfileBuilder _builder;
        private readonly PprofStacks _stacks;
        private readonly double _scale;
        private readonly Dictionary<string, (int[] Locations, double Count, double Delay)> _samples = new(StringComparer.Ordinal);
        private readonly List<int> _locations = [];
        private ulong[] _instructions = [];

        public Building(WaitProfiles profiles)
        {
            GoTarget target = profiles.TargetProcess;
            _scale = profiles.Coverage.Scale;
            _builder = new ProfileBuilder(new SampleType("contentions", "count"), new SampleType("delay", "nanoseconds"))
            {
                PeriodType = new SampleType("contentions", "count"),
                Period = 1,
                TimeNanos = (profiles.StartedAt - DateTimeOffset.UnixEpoch).Ticks * 100,
                DurationNanos = (long)profiles.Coverage.Watched.TotalNanoseconds,
            };
            _stacks = new PprofStacks(target.Binary.Functions, target.Binary.Version, target.Bias, _builder,
                new ExecutableMappings(profiles.Maps, target.Binary.Elf.BuildId, _builder).IndexOf);
        }

        public void Add(ReadOnlySpan<ulong> pcs, int skip, ulong count, ulong delay)
        {
            // The probed instruction first, then return addresses: the call is the byte before.
            if (_instructions.Length < pcs.Length)
                _instructions = new ulong[pcs.Length];
            for (int i = 0; i < pcs.Length; i++)
                _instructions[i] = i == 0 ? pcs[0] : pcs[i] - 1;
            _locations.Clear();
            _stacks.AppendBlocked(_instructions.AsSpan(0, pcs.Length), skip, _locations);
            string identity = string.Join(',', _locations);
            _samples.TryGetValue(identity, out (int[] Locations, double Count, double Delay) so);
            _samples[identity] = (so.Locations ?? [.. _locations], so.Count + count, so.Delay + delay);
        }

        public Profile Finish()
        {
            Span<long> values = stackalloc long[2];
            foreach ((int[] locations, double count, double delay) in _samples.Values.OrderByDescending(sample => sample.Delay))
            {
                values[0] = (long)Math.Round(count * _scale);
                values[1] = (long)Math.Round(delay * _scale);
                _builder.AddSample(locations, values);
            }
            return _builder.Build();
        }
    }

    private GoTarget TargetProcess => target;

    private IReadOnlyList<MemoryMap> Maps => maps;

    private DateTimeOffset StartedAt => startedAt;

    private ProbeCoverage Coverage => coverage;
}
