namespace Vitrine.Pprof.Views;

/// <summary>One frame of a <see cref="CallTree"/>: a function, or a line of it.</summary>
/// <param name="Name">The function's name as the profile has it: hostile text of any length. Views show it through <see cref="DisplayText"/>.
/// Code without symbols is <c>[binary]</c>, or <c>&lt;unknown&gt;</c> when not even the binary is known.</param>
/// <param name="File">Source file; empty = not known.</param>
/// <param name="Line">1-based source line; 0 = not known, or frames are whole functions.</param>
public readonly record struct CallFrame(string Name, string File, long Line)
{
    /// <summary>The frame that stands for everything below <see cref="CallTreeOptions.MaxDepth"/>.</summary>
    internal const string DeeperName = "(deeper frames left out)";

    /// <summary>The package (Go), namespace or binary the function belongs to, by its name; see <see cref="PackageName"/>.</summary>
    public string Package => PackageName.Of(Name);
}
