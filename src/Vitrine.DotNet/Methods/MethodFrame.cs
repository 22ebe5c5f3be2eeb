namespace Vitrine.DotNet.Methods;

/// <summary>A managed method that an address lies in, and where in it.</summary>
/// <param name="Name">The readable name, such as <c>Shop.Basket.Add</c>: what the programmer wrote, also for async methods, lambdas and local functions.</param>
/// <param name="RawName">The name as the compiler made it, such as <c>Shop.Basket+&lt;Add&gt;d__3.MoveNext</c>.</param>
/// <param name="Module">File name of the module, such as <c>Shop.dll</c>; empty when it was not listed.</param>
/// <param name="ModulePath">Its path as the process sees it, or what the runtime calls an assembly made at run time. Untrusted text.</param>
/// <param name="ModuleVersionId">Tells this build of the module from all others; empty when its file could not be read.</param>
/// <param name="Token">The method's metadata token in the module; its row is 0 for code made at run time.</param>
/// <param name="IlOffset">Offset in the method's intermediate language; −1 when the runtime does not say, as for code that was compiled ahead of time.</param>
/// <param name="File">Source file by the module's portable PDB; empty when nothing says which.</param>
/// <param name="Line">Line in it, counted from 1; 0 when nothing says which.</param>
/// <param name="Start">First address of the code.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Tier">How it was compiled: see <see cref="MethodTiers"/>.</param>
public readonly record struct MethodFrame(
    string Name, string RawName, string Module, string ModulePath, Guid ModuleVersionId, uint Token, int IlOffset, string File, int Line, ulong Start, int Size, string Tier)
{
    /// <summary>Whether the method was made at run time and is in no module's metadata.</summary>
    public bool IsDynamic => (Token & 0xff_ffff) == 0;
}
