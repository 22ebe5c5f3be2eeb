namespace Vitrine.Pprof.Views;

/// <summary>What the colours of a flame graph mean.</summary>
public enum FlameGraphColours
{
    /// <summary>One colour for each package (<see cref="PackageName"/>).</summary>
    Package,

    /// <summary>One colour for each function.</summary>
    Function,
}
