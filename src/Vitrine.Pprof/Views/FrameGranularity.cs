namespace Vitrine.Pprof.Views;

/// <summary>What counts as one frame in a <see cref="CallTree"/>.</summary>
public enum FrameGranularity
{
    /// <summary>A function, by its name. What flame graphs usually show.</summary>
    Function,

    /// <summary>A source line of a function: two calls from different lines are two frames.</summary>
    FunctionLine,
}
