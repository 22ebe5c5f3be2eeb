using System.Runtime.InteropServices;
using Vitrine.Pprof.Storage;

namespace Vitrine.Pprof.Views;

/// <summary>Makes one pprof profile of the profiles of a speedscope file. Equal stacks are summed.</summary>
internal sealed class SpeedscopeAssembly(List<(string Name, string File, long Line, long Column)> frames, List<SpeedscopeProfile> profiles, ProfileLimits limits)
{
    readonly SequenceInterner<int> _stacks = new(new SequenceStore<int>(21)); // locations, leaf first, then the number of the thread
    readonly List<SampleType> _types = [];
    readonly List<double[]> _values = [];
    long _frameReferences;

    public Profile Build(bool isOwn, int active)
    {
        var types = new int[profiles.Count];
        var factors = new double[profiles.Count];
        for (var i = 0; i < profiles.Count; i++)
            (types[i], factors[i]) = TypeOf(profiles[i], isOwn, i);
        if (_types.Count == 0)
            _types.Add(new SampleType("samples", "count"));

        var builder = new StackProfileBuilder(_types, limits);
        if (isOwn && active >= 0 && active < profiles.Count)
            builder.DefaultSampleType = _types[types[active]].Type;
        var locations = new int[frames.Count];
        for (var i = 0; i < locations.Length; i++)
            locations[i] = builder.Frame(frames[i].Name, frames[i].File, frames[i].Line, frames[i].Column);

        var isThreaded = !isOwn && profiles.Count > 1;
        for (var i = 0; i < profiles.Count; i++)
        {
            var collector = new Collector(this, isThreaded ? i : 0, types[i], factors[i], $"profile {i}");
            if (profiles[i].Type == "evented")
                AddEvents(profiles[i], collector);
            else
                AddSamples(profiles[i], collector);
        }

        var stack = new List<int>();
        var values = new long[_types.Count];
        for (var i = 0; i < _values.Count; i++)
        {
            var sequence = _stacks.Store[i];
            stack.Clear();
            foreach (var frame in sequence[..^1])
                stack.Add(locations[frame]);
            for (var t = 0; t < values.Length; t++)
                values[t] = (long)Math.Min(9.2e18, Math.Round(_values[i][t], MidpointRounding.AwayFromZero));
            if (isThreaded)
                builder.AddSample(stack, values, [new Label("profile", profiles[sequence[^1]].Name)]);
            else
                builder.AddSample(stack, values);
        }
        return builder.Build();
    }

    (int Type, double Factor) TypeOf(SpeedscopeProfile profile, bool isOwn, int number)
    {
        if (profile.Type is not ("sampled" or "evented"))
            throw SpeedscopeReader.Bad($"profile {number} is of type \"{DisplayText.Of(profile.Type)}\"; known are \"sampled\" and \"evented\".");
        var slash = profile.Name.IndexOf('/', StringComparison.Ordinal);
        var (type, factor) = isOwn && slash > 0
            ? (new SampleType(profile.Name[..slash], profile.Name[(slash + 1)..]), 1)
            : SpeedscopeUnit.ToPprof(profile.Unit) ?? throw SpeedscopeReader.Bad($"profile {number} has the unknown unit \"{DisplayText.Of(profile.Unit)}\".");
        var index = _types.IndexOf(type);
        if (index < 0)
        {
            index = _types.Count;
            _types.Add(type);
            if (_types.Count > limits.MaxSampleTypes)
                throw SpeedscopeReader.Bad($"it has more than {limits.MaxSampleTypes} sample types (ProfileLimits.MaxSampleTypes).");
        }
        return (index, factor);
    }

    static void AddSamples(SpeedscopeProfile profile, Collector collector)
    {
        if (profile.Samples.Count != profile.Weights.Count)
            throw SpeedscopeReader.Bad($"{collector.Where} has {profile.Samples.Count:N0} samples and {profile.Weights.Count:N0} weights; it needs one weight for each sample.");
        for (var i = 0; i < profile.Samples.Count; i++)
            collector.Add(profile.Samples[i], profile.Weights[i]);
    }

    /// <summary>
    /// The time between two events belongs to the stack that is open then. Stacks are followed in a tree, not copied per event: a million events at a depth of a thousand would
    /// otherwise be a billion frames.
    /// </summary>
    void AddEvents(SpeedscopeProfile profile, Collector collector)
    {
        var children = new Dictionary<(int Parent, int Frame), int>();
        var nodes = new List<(int Parent, int Frame, int Depth)> { (-1, -1, 0) };
        var values = new List<double> { 0 };
        var node = 0;
        var time = profile.StartValue;
        foreach (var e in profile.Events)
        {
            if (e.At < time)
                throw SpeedscopeReader.Bad($"the events of {collector.Where} go back in time, from {time} to {e.At}.");
            values[node] += e.At - time;
            time = e.At;
            if (e.IsOpen)
            {
                ref var child = ref CollectionsMarshal.GetValueRefOrAddDefault(children, (node, e.Frame), out var known);
                if (!known)
                {
                    child = nodes.Count;
                    var depth = nodes[node].Depth + 1;
                    if (depth > limits.MaxStackDepth)
                        throw SpeedscopeReader.Bad($"a stack of {collector.Where} has more than {limits.MaxStackDepth:N0} frames (ProfileLimits.MaxStackDepth).");
                    nodes.Add((node, e.Frame, depth));
                    values.Add(0);
                }
                node = child;
            }
            else
            {
                if (node == 0 || nodes[node].Frame != e.Frame)
                    throw SpeedscopeReader.Bad($"{collector.Where} leaves frame {e.Frame} at {e.At}, but the frame entered last is {(node == 0 ? "none" : nodes[node].Frame)}.");
                node = nodes[node].Parent;
            }
        }
        // A recording that was cut off leaves frames open; they last until its end.
        if (profile.EndValue > time && node != 0)
            values[node] += profile.EndValue - time;

        var stack = new List<int>();
        for (var i = 1; i < nodes.Count; i++)
        {
            if (values[i] == 0)
                continue;
            stack.Clear();
            for (var at = i; at > 0; at = nodes[at].Parent)
                stack.Add(nodes[at].Frame);
            collector.Add(CollectionsMarshal.AsSpan(stack), values[i]);
        }
    }

    /// <summary>Where the stacks of one profile go: its thread, its sample type, and what its unit is in pprof's.</summary>
    sealed class Collector(SpeedscopeAssembly owner, int thread, int type, double factor, string where)
    {
        readonly List<int> _sequence = [];

        public string Where => where;

        public void Add(ReadOnlySpan<int> stack, double weight)
        {
            if (weight < 0)
                throw SpeedscopeReader.Bad($"{where} has the negative weight {weight}.");
            _sequence.Clear();
            foreach (var frame in stack)
            {
                if (frame >= owner.FrameCount)
                    throw SpeedscopeReader.Bad($"{where} names frame {frame}, and there are {owner.FrameCount} frames.");
                _sequence.Add(frame);
            }
            _sequence.Add(thread);
            owner.Count(stack.Length);
            var index = owner._stacks.Intern(CollectionsMarshal.AsSpan(_sequence));
            if (index == owner._values.Count)
                owner._values.Add(new double[owner._types.Count]);
            owner._values[index][type] += weight * factor;
        }
    }

    int FrameCount => frames.Count;

    /// <summary>Deep evented stacks stand for many more frames than the file has bytes: unfolding them is bounded by what a profile of the largest allowed size could hold.</summary>
    void Count(int depth)
    {
        const long Most = 1L << 27;
        _frameReferences += depth;
        if (_frameReferences > Most)
            throw SpeedscopeReader.Bad($"its stacks hold more than {Most:N0} frames when written out.");
    }
}
