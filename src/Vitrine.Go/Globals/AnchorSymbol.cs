namespace Vitrine.Go.Globals;

/// <summary>A variable of the runtime.</summary>
/// <param name="Name">Full name, e.g. <c>runtime.allgs</c>.</param>
/// <param name="Area">The area the linker puts it in.</param>
/// <param name="Size">Bytes it occupies in the version of the table.</param>
sealed record AnchorSymbol(string Name, DataArea Area, int Size);
