using Vitrine.Pprof.Storage;

namespace Vitrine.Pprof.Views;

/// <summary>One profile of a speedscope file as it stands there, before frames are known.</summary>
internal sealed class SpeedscopeProfile
{
    public string Type { get; set; } = "";
    public string Name { get; set; } = "";
    public string Unit { get; set; } = "none";
    public double StartValue { get; set; }
    public double EndValue { get; set; }

    /// <summary>Stacks of frame numbers, leaf first (the file has them root first).</summary>
    public SequenceStore<int> Samples { get; } = new();

    public List<double> Weights { get; } = [];
    public List<SpeedscopeEvent> Events { get; } = [];
}
