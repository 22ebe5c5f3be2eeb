namespace Vitrine.Go.Goroutines;

/// <summary>The <c>go</c> statement that created a goroutine.</summary>
/// <param name="Function">The function that holds the statement, as in the binary's function table.</param>
/// <param name="File">The source file.</param>
/// <param name="Line">The line.</param>
/// <param name="PcOffset">Bytes from the function's entry to the return address of the call, as <c>debug=2</c> prints after the plus sign; 0 prints nothing.</param>
public sealed record CreationSite(string Function, string File, int Line, ulong PcOffset);
