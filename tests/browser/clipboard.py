"""What programs put on the clipboard as HTML, after the structure that each of them writes: a list, a heading, a table
with figures, a raised figure, colours, underlining, a picture."""

WORD = """<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"
xmlns:w="urn:schemas-microsoft-com:office:word" xmlns="http://www.w3.org/TR/REC-html40"><head>
<meta
name=Generator content="Microsoft Word 15"><style><!-- p.MsoNormal {margin:0cm;font-family:"Calibri",sans-serif;}
@list l0:level1 {mso-level-number-format:bullet;} --></style>
<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View></w:WordDocument></xml><![endif]--></head>
<body lang=FR style='tab-interval:35.4pt;word-wrap:break-word'><!--StartFragment-->
<h1><a name="_Toc1"></a>Le <b>bilan</b><o:p></o:p></h1>
<p class=MsoNormal>Le <b><span style='color:red'>1<sup>er</sup></span></b> <u>cours</u> de 20&nbsp;m<sup>2</sup>,
<a href="http://www.mersch.lu/cours"><span style='color:#0563C1'>www.mersch.lu</span></a> et
<a href="file:///C:/Users/anne/liste.docx">la liste</a>.<o:p></o:p></p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='font-family:Symbol;mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp;&nbsp;
</span></span><![endif]>des <b>bénévoles</b><o:p></o:p></p>
<p class=MsoListParagraphCxSpMiddle style='margin-left:72.0pt;text-indent:-18.0pt;mso-list:l0 level2 lfo1'><![if
!supportLists]><span style='font-family:"Courier New";mso-list:Ignore'>o<span
style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span><![endif]>de Mersch<o:p></o:p></p>
<p class=MsoListParagraphCxSpLast style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='font-family:Symbol;mso-list:Ignore'>·<span>&nbsp;&nbsp; </span></span><![endif]>un local<o:p></o:p></p>
<p class=MsoNormal>Ensuite&nbsp;:<o:p></o:p></p>
<p class=MsoListParagraphCxSpFirst style='mso-list:l1 level1 lfo2'><![if !supportLists]><span
style='mso-list:Ignore'>1.<span>&nbsp;&nbsp; </span></span><![endif]>inscrire<o:p></o:p></p>
<p class=MsoListParagraphCxSpLast style='mso-list:l1 level1 lfo2'><![if !supportLists]><span
style='mso-list:Ignore'>2.<span>&nbsp;&nbsp; </span></span><![endif]>former<o:p></o:p></p>
<table class=MsoTableGrid border=1 cellspacing=0 cellpadding=0 style='border-collapse:collapse;border:none'>
<tr style='mso-yfti-irow:0'><td width=302 valign=top style='width:226.55pt;border:solid windowtext 1.0pt'><p
class=MsoNormal><b>Année<o:p></o:p></b></p></td><td width=302><p
class=MsoNormal><b>Participants<o:p></o:p></b></p></td>
</tr><tr><td><p class=MsoNormal>2023<o:p></o:p></p></td><td><p class=MsoNormal>120<o:p></o:p></p></td></tr></table>
<p class=MsoNormal><!--[if gte vml 1]><v:shape id="x"><v:imagedata src="file:///C:/clip_image001.png"/></v:shape>
<![endif]--><![if !vml]><img width=100 src="file:///C:/clip_image002.png"><![endif]><o:p></o:p></p>
<!--EndFragment--></body></html>"""

LIBREOFFICE = """<!DOCTYPE html><html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"/>
<meta name="generator" content="LibreOffice 7.4.7.2 (Linux)"/><style
type="text/css">p { line-height: 115% }</style></head>
<body lang="fr-FR" link="#000080" dir="ltr"><h2 class="western">Le <b>bilan</b></h2>
<p style="line-height: 100%; margin-bottom: 0cm">Le <font color="#ff0000"><b>1<sup>er</sup></b></font> <u>cours</u> de
20&nbsp;m<sup>2</sup>, <a href="http://www.mersch.lu/cours">www.mersch.lu</a> et
<a href="file:///home/anne/liste.odt">la liste</a>.</p><p style="margin-bottom: 0cm"><br/></p>
<ul><li><p style="margin-bottom: 0cm">des <b>bénévoles</b></p><ul><li><p>de Mersch</p></li></ul></li>
<li><p style="margin-bottom: 0cm">un local</p></li></ul><p>Ensuite&nbsp;:</p>
<ol><li><p>inscrire</p></li><li><p>former</p></li></ol>
<table width="100%" cellpadding="4" cellspacing="0"><col width="128*"/><col width="128*"/><thead><tr valign="top"><th
width="50%" style="border: 1px solid #000000"><p>Année</p></th><th><p>Participants</p></th></tr></thead>
<tbody><tr valign="top"><td><p>2023</p></td><td><p>120</p></td></tr></tbody></table>
<p><img src="file:///tmp/lu1.tmp" name="Image1" width="100" height="50" border="0"/></p></body></html>"""

GOOGLE = """<meta charset='utf-8'><b style="font-weight:normal;" id="docs-internal-guid-1a2b"><h1 dir="ltr"
style="line-height:1.38;margin-top:20pt;"><span style="font-size:20pt;color:#000000;background-color:transparent;
font-weight:400;">Le bilan</span></h1><p dir="ltr" style="line-height:1.38;"><span
style="color:#000000;">Le </span><span
style="color:#ff0000;font-weight:700;">1</span><span
style="font-size:0.6em;vertical-align:super;font-weight:700;">er</span>
<span style="text-decoration:underline;">cours</span><span> de 20&nbsp;m</span><span
style="font-size:0.6em;vertical-align:super;">2</span><span>, </span><a href="http://www.mersch.lu/cours"
style="text-decoration:none;"><span
style="color:#1155cc;text-decoration:underline;">www.mersch.lu</span></a><span> et </span><a
href="fichier"><span>la liste</span></a><span>.</span></p><br /><ul style="margin-top:0;"><li dir="ltr"
style="list-style-type:disc;" aria-level="1"><p dir="ltr" role="presentation"><span>des </span><span
style="font-weight:700;">bénévoles</span></p></li><ul style="margin-top:0;"><li dir="ltr" aria-level="2"><p dir="ltr"
role="presentation"><span>de Mersch</span></p></li></ul><li dir="ltr" aria-level="1"><p dir="ltr"
role="presentation"><span>un local</span></p></li></ul><p dir="ltr"><span>Ensuite&nbsp;:</span></p><ol><li
dir="ltr"><p
dir="ltr" role="presentation"><span>inscrire</span></p></li><li dir="ltr"><p
dir="ltr"><span>former</span></p></li></ol><div
dir="ltr" align="left"><table style="border:none;border-collapse:collapse;"><colgroup><col width="301"/><col
width="301"/></colgroup><tbody><tr style="height:0pt"><td style="border:solid #000 1pt;"><p dir="ltr"><span
style="font-weight:700;">Année</span></p></td><td><p dir="ltr"><span
style="font-weight:700;">Participants</span></p></td></tr>
<tr><td><p dir="ltr"><span>2023</span></p></td><td><p dir="ltr"><span>120</span></p></td></tr></tbody></table></div>
<p><img src="https://lh7-rt.googleusercontent.com/x" width="100" /></p></b><br class="Apple-interchange-newline">"""

OUTLOOK = """<html><head><meta name="Generator" content="Microsoft Word 15 (filtered medium)"></head><body><div
class="WordSection1"><p class="MsoTitle">Le bilan</p><div class="elementToProof" style="font-family: Aptos;">Le <span
style="color: rgb(255, 0, 0); font-weight: bold;">1<sup>er</sup></span> <u>cours</u> de 20&nbsp;m<sup>2</sup>, <a
href="http://www.mersch.lu/cours">www.mersch.lu</a> et <a href="outlook:x">la liste</a>.</div><p
class="MsoNormal">&nbsp;</p><p
class="MsoListParagraph" style="margin-left:36.0pt;text-indent:-18.0pt;mso-list:l0 level1 lfo1">
<span style="font-family:Symbol"><span
style="mso-list:Ignore">·<span>&nbsp;&nbsp;</span></span></span>des <b>bénévoles</b></p>
<p class="MsoListParagraph" style="mso-list:l0 level2 lfo1"><span style="mso-list:Ignore">o<span>&nbsp;
</span></span>de Mersch</p><p class="MsoListParagraph" style="mso-list:l0 level1 lfo1"><span
style="mso-list:Ignore">·<span>&nbsp;</span></span>un local</p><p class="MsoNormal">Ensuite&nbsp;:</p><p
class="MsoListParagraph">1)&nbsp;&nbsp; inscrire</p><p class="MsoListParagraph">2)&nbsp;&nbsp; former</p><table
class="MsoNormalTable"><tr><td><p class="MsoNormal"><b>Année</b></p></td><td><p
class="MsoNormal"><b>Participants</b></p></td></tr><tr><td><p
class="MsoNormal">2023</p></td><td><p>120</p></td></tr></table>
<img src="cid:image001.png@01DB" width="100"></div></body></html>"""

PROGRAMS = {"Word": WORD, "LibreOffice": LIBREOFFICE, "Google Docs": GOOGLE, "Outlook": OUTLOOK}
# The same from each of them.
KEPT = (
    "<h3>Le bilan</h3>"
    "<p>Le <strong>1<sup>er</sup></strong> cours de 20\u00a0m<sup>2</sup>, "
    '<a href="https://www.mersch.lu/cours">www.mersch.lu</a> et la liste.</p>'
    "<ul><li><p>des <strong>bénévoles</strong></p><ul><li>de Mersch</li></ul></li><li>un local</li></ul>"
    "<p>Ensuite\u00a0:</p><ol><li>inscrire</li><li>former</li></ol>"
    "<table><tbody><tr><th>Année</th><th>Participants</th></tr><tr><td>2023</td><td>120</td></tr></tbody></table>"
).replace("<li><p>des <strong>bénévoles</strong></p>", "<li>des <strong>bénévoles</strong>")
