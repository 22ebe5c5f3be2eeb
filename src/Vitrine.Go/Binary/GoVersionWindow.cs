namespace Vitrine.Go.Binary;

/// <summary>
/// The Go versions Vitrine is tested with: 1.19 and 1.21 to 1.27. Outside the window nothing is refused: what the binary describes
/// itself (functions, types) is used, what rests on a version's facts is "unknown", and the message here says whose fault it is.
/// </summary>
public static class GoVersionWindow
{
    /// <summary>Oldest tested minor version of Go 1.</summary>
    public const int OldestMinor = 19;

    /// <summary>Newest tested minor version of Go 1.</summary>
    public const int NewestMinor = 27;

    /// <summary>The one minor version in between that no test covers.</summary>
    public const int UntestedMinor = 20;

    /// <summary>The window in words, for messages.</summary>
    public const string Text = "Go 1.19 and 1.21 to 1.27";

    /// <summary>Where <paramref name="version"/> lies.</summary>
    public static GoVersionSupport Of(GoVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return version switch
        {
            { IsKnown: false } => GoVersionSupport.Unknown,
            { Major: < 1 } or { Major: 1, Minor: < OldestMinor } => GoVersionSupport.TooOld,
            { Major: > 1 } or { Major: 1, Minor: > NewestMinor } => GoVersionSupport.TooNew,
            { Minor: UntestedMinor } => GoVersionSupport.Untested,
            _ => GoVersionSupport.Tested,
        };
    }

    /// <summary>What to tell the user about a version outside the window, with the next step, to be read behind "NAME was …"; null inside it.</summary>
    public static string? Message(GoVersion version) => Of(version) switch
    {
        GoVersionSupport.TooOld =>
            $"built with {version.Text}, which is too old for this vitrine (tested with {Text}): only what the binary describes itself is shown; rebuild the program with a newer Go",
        GoVersionSupport.TooNew =>
            $"built with {version.Text}, this vitrine is too old for it (tested with {Text}): only what the binary describes itself is shown; install a newer vitrine",
        GoVersionSupport.Untested =>
            $"built with {version.Text}, which this vitrine is not tested with (tested with {Text}): check a figure before relying on it",
        GoVersionSupport.Unknown =>
            $"built with a Go version that it does not tell (recorded: \"{version.Text}\"; tested with {Text}): only what the binary describes itself is shown",
        _ => null,
    };
}
