using System.Runtime.InteropServices;

namespace Vitrine.DotNet.Labels;

/// <summary>The number of a thread on Windows, as its events have it. Untested.</summary>
static partial class WindowsThread
{
    [LibraryImport("kernel32.dll", EntryPoint = "GetCurrentThreadId")]
    internal static partial int CurrentId();
}
