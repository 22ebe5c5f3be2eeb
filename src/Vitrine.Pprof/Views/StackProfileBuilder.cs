using System.Runtime.InteropServices;

namespace Vitrine.Pprof.Views;

/// <summary>
/// Builds a profile from formats that know frames by name only (folded stacks, speedscope): one location per frame, without addresses; bounded by <see cref="ProfileLimits"/>.
/// </summary>
internal sealed class StackProfileBuilder(IEnumerable<SampleType> types, ProfileLimits limits)
{
    readonly ProfileBuilder _builder = new(types);
    readonly HashSet<int> _locations = [];

    public string DefaultSampleType
    {
        get => _builder.DefaultSampleType;
        set => _builder.DefaultSampleType = value;
    }

    /// <summary>The location of a frame.</summary>
    public int Frame(string name, string file, long line, long column)
    {
        if (name.Length > limits.MaxStringBytes || file.Length > limits.MaxStringBytes)
            throw new ProfileFormatException($"A name of {Math.Max(name.Length, file.Length):N0} characters is longer than {limits.MaxStringBytes:N0} (ProfileLimits.MaxStringBytes).");
        var function = _builder.Function(name, name, file);
        var location = _builder.Location(-1, 0, [new Line(function, line, column)]);
        if (_locations.Add(location) && _locations.Count > Math.Min(limits.MaxLocations, limits.MaxFunctions))
            throw new ProfileFormatException($"There are more than {Math.Min(limits.MaxLocations, limits.MaxFunctions):N0} different frames (ProfileLimits.MaxLocations, MaxFunctions).");
        return location;
    }

    /// <summary>Adds a stack, leaf first.</summary>
    public void AddSample(List<int> stack, ReadOnlySpan<long> values, ReadOnlySpan<Label> labels = default)
    {
        if (_builder.SampleCount >= limits.MaxSamples)
            throw new ProfileFormatException($"There are more than {limits.MaxSamples:N0} samples (ProfileLimits.MaxSamples).");
        _builder.AddSample(CollectionsMarshal.AsSpan(stack), values, labels);
    }

    public Profile Build() => _builder.Build();
}
