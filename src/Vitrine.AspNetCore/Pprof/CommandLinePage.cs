using System.Buffers;
using System.Text;
using Vitrine.Doors.Looks;

namespace Vitrine.AspNetCore.Pprof;

/// <summary>The command line of this process, its arguments separated by NUL bytes, as Go gives it.</summary>
sealed class CommandLinePage : IShownPage
{
    public bool IsRedacted => true;

    public string MediaType(string accept) => "text/plain; charset=utf-8";

    public string Write(IBufferWriter<byte> output, string accept, CancellationToken end)
    {
        Encoding.UTF8.GetBytes(string.Join('\0', Environment.GetCommandLineArgs()), output);
        return "";
    }
}
