using Vitrine.Go.Binary;

namespace Vitrine.Go.Goroutines;

/// <summary>
/// Which frames the runtime's traceback shows, for each Go version
/// (https://github.com/golang/go/blob/go1.26.0/src/runtime/traceback.go, showfuncinfo and isExportedRuntime).
/// </summary>
internal sealed class TracebackRules(GoVersion version)
{
    private const string RuntimePrefix = "runtime.";

    private readonly bool _showsFinalizers = version.AtLeast(1, 25);
    private readonly bool _knowsMethods = version.AtLeast(1, 23);

    /// <param name="function">Full name.</param>
    /// <param name="id">Its kind.</param>
    /// <param name="callee">The kind of the frame before it, Normal for the innermost.</param>
    /// <param name="isFirst">No frame was shown before it.</param>
    public bool Shows(string function, GoFuncId id, GoFuncId callee, bool isFirst)
    {
        // A wrapper that called a panic function instead of the wrapped one is worth seeing.
        if (id == GoFuncId.Wrapper && callee is not (GoFuncId.GoPanic or GoFuncId.SigPanic or GoFuncId.PanicWrap))
            return false;
        if (_showsFinalizers && id is GoFuncId.RunFinalizers or GoFuncId.RunCleanups)
            return true;
        // The border between ordinary code and deferred calls that a panic runs.
        if (function == "runtime.gopanic" && !isFirst)
            return true;
        return function.Contains('.', StringComparison.Ordinal)
            && (!function.StartsWith(RuntimePrefix, StringComparison.Ordinal) || IsExportedRuntime(function));
    }

    private bool IsExportedRuntime(string function)
    {
        ReadOnlySpan<char> name = function.AsSpan(RuntimePrefix.Length);
        if (!_knowsMethods)
            return name.Length > 0 && char.IsAsciiLetterUpper(name[0]);

        // runtime.(*Func).Entry: method and receiver must both be exported.
        ReadOnlySpan<char> receiver = [];
        int dot = name.LastIndexOf('.');
        if (dot >= 0)
        {
            receiver = name[..dot];
            name = name[(dot + 1)..];
            if (receiver.Length >= 3 && receiver.StartsWith("(*") && receiver[^1] == ')')
                receiver = receiver[2..^1];
        }
        return name.Length > 0 && char.IsAsciiLetterUpper(name[0]) && (receiver.Length == 0 || char.IsAsciiLetterUpper(receiver[0]));
    }
}
