namespace Vitrine.Go.Goroutines.Formats;

/// <summary>
/// Writes a dump in the layout of <c>debug=2</c> and <c>runtime.Stack</c>, byte for byte as the target's Go version prints it, so that existing parsers work.
/// </summary>
public static class GoText
{
    /// <summary>Writes all goroutines that pass the filter, separated by an empty line.</summary>
    public static void Write(GoroutineDump dump, TextWriter output, GoroutineFilter? filter = null)
    {
        ArgumentNullException.ThrowIfNull(dump);
        ArgumentNullException.ThrowIfNull(output);
    }
}
