using Vitrine.AspNetCore.Tests;
using Vitrine.Instruments;

namespace Vitrine.Doors.Tests.Support;

/// <summary>A text of so many bytes.</summary>
sealed class LargeText(string name, int bytes) : TestInstrument(name), ITextInstrument
{
    static readonly string s_line = new string('.', 63) + "\n";

    public void WriteText(ITarget target, TextWriter output, CancellationToken cancellation)
    {
        for (var i = 0; i < bytes; i += s_line.Length) output.Write(s_line);
    }
}
