using System.Globalization;
using System.Text;

namespace Vitrine.Go.Goroutines.Formats;

/// <summary>
/// Writes a dump in the layout of <c>debug=2</c> and <c>runtime.Stack</c>, byte for byte as the target's Go version prints it, so that existing parsers work.
/// Arguments are printed when the dump has them (<see cref="GoroutineDumpOptions.WithArguments"/>), else three dots.
/// Source: https://github.com/golang/go/blob/go1.26.0/src/runtime/traceback.go (goroutineheader, traceback1, traceback2, printcreatedby1); Go 1.19 is older code
/// (https://github.com/golang/go/blob/go1.19/src/runtime/traceback.go, gentraceback).
/// </summary>
public static class GoText
{
    /// <summary>Writes all goroutines that pass the filter, separated by an empty line.</summary>
    public static void Write(GoroutineDump dump, TextWriter output, GoroutineFilter? filter = null)
    {
        ArgumentNullException.ThrowIfNull(dump);
        ArgumentNullException.ThrowIfNull(output);
        GoTextWriter writer = new(dump);
        bool first = true;
        for (int index = 0; index < dump.Count; index++)
        {
            Goroutine goroutine = dump[index];
            if (filter is not null && !filter.Matches(goroutine))
                continue;
            if (!first)
                output.Write('\n');
            first = false;
            output.Write(writer.Format(goroutine));
        }
    }

    /// <summary>One goroutine: its header, its frames and its creation site, each line with its line end.</summary>
    public static string Format(GoroutineDump dump, Goroutine goroutine)
    {
        ArgumentNullException.ThrowIfNull(dump);
        return new GoTextWriter(dump).Format(goroutine).ToString();
    }
}
