"""Headings, months and lists of events in the languages in which exchanges, banks and portals write them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from eventstudy.errors import InvalidFile
from eventstudy.events import load_registry
from eventstudy.prices import load_prices
from eventstudy.tables.written import one_day

FIELDS = {"o": "open", "h": "high", "l": "low", "c": "close", "v": "volume", "a": "adj_close"}

# A letter a column: Date, Ticker, the fields above, x a word, - what is not needed.
HEADINGS = {
    "Danish": ("Dato,Seneste,Åben,Højeste,Laveste,Vol.,Ændring %", "Dcohlv-"),
    "Danish 2": ("Dato;Lukkekurs;Åbningskurs;Højeste kurs;Laveste kurs;Omsætning;Mængde", "Dcohl-v"),
    "Danish 3": ("Dato;Slutkurs;Åbning;Høj;Lav;Volumen", "Dcohlv"),
    "Swedish": ("Datum,Senast,Öppen,Högst,Lägst,Vol.,+/- %", "Dcohlv-"),
    "Swedish 2": ("Datum;Stängning;Öppning;Högsta;Lägsta;Volym;Omsättning", "Dcohlv-"),
    "Swedish 3": ("Datum;Köpkurs;Säljkurs;Öppningskurs;Högsta kurs;Lägsta kurs;Slutkurs;Snittkurs;Totalvolym;Omsättning;Avslut", "D--ohlc-v--"),  # noqa: E501
    "Norwegian": ("Dato,Siste,Åpen,Høy,Lav,Vol.,+/- %", "Dcohlv-"),
    "Norwegian 2": ("Dato;Sluttkurs;Åpningskurs;Høyeste;Laveste;Volum;Omsetning", "Dcohlv-"),
    "Finnish": ("Päivämäärä,Viimeisin,Avaus,Korkein,Matalin,Vol.,Muutos %", "Dcohlv-"),
    "Finnish 2": ("Päiväys;Päätöskurssi;Avauskurssi;Ylin;Alin;Vaihto;Volyymi", "Dcohl-v"),
    "Finnish 3": ("Pvm;Päätös;Avaus;Ylin kurssi;Alin kurssi;Määrä", "Dcohlv"),
    "Czech": ("Datum,Poslední,Otevření,Maximum,Minimum,Objem,Změna %", "Dcohlv-"),
    "Czech 2": ("Datum;Závěr;Otevírací cena;Nejvyšší;Nejnižší;Objem", "Dcohlv"),
    "Czech 3": ("Datum;Kurz;Změna;Objem (ks)", "Dc-v"),
    "Czech 4": ("Datum;Zavírací cena;Uzavření trhu;Max;Min", "Dc-hl"),
    "Polish": ("Data,Ostatnio,Otwarcie,Max.,Min.,Wol.,Zmiana%", "Dcohlv-"),
    "Polish 2": ("Data;Nazwa;ISIN;Waluta;Kurs otwarcia;Kurs maksymalny;Kurs minimalny;Kurs zamknięcia;Zmiana;Wolumen;Liczba Transakcji;Obrót", "D-Txohlc-v--"),  # noqa: E501
    "Portuguese": ("Data,Último,Abertura,Máxima,Mínima,Vol.,Var%", "Dcohlv-"),
    "Portuguese 2": ("Data;Preço de fechamento;Preço de abertura;Preço máximo;Preço mínimo;Volume negociado;Negócios", "Dcohlv-"),  # noqa: E501
    "Portuguese 3": ("Data;Fecho;Abertura;Máximo;Mínimo;Quantidade;Cotação média", "Dcohlv-"),
    "Turkish": ("Tarih,Şimdi,Açılış,Yüksek,Düşük,Hac.,Fark %", "Dcohlv-"),
    "Turkish 2": ("Tarih;Kapanış Fiyatı;Açılış Fiyatı;En Yüksek;En Düşük;İşlem Hacmi", "Dcohlv"),
    "Turkish 3": ("Tarih;Kapanış;AOF;Min;Max;Hacim(TL)", "Dc-lhv"),
    "Hungarian": ("Dátum,Utolsó,Nyitó,Max.,Min.,Forg.,Vált.%", "Dcohlv-"),
    "Hungarian 2": ("Dátum;Záróár;Nyitóár;Legmagasabb ár;Legalacsonyabb ár;Forgalom", "Dcohl-"),
    "Hungarian 3": ("Név;Dátum;Utolsó ár;Forgalom (db);Forgalom (Ft érték);Kötések száma;Nyitó ár;Minimum ár;Maximum ár;Átlagár", "TDc---olh-"),  # noqa: E501
    "Korean": ("날짜,종가,오픈,고가,저가,거래량,변동 %", "Dcohlv-"),
    "Korean 2": ("일자,종가,대비,등락률,시가,고가,저가,거래량,거래대금,시가총액,상장주식수", "Dc--ohlv---"),
    "Japanese": ("日付け,終値,始値,高値,安値,出来高,変化率 %", "Dcohlv-"),
    "Japanese 2": ("日付,始値,高値,安値,終値,出来高,調整後終値*", "Dohlcva"),
    "Japanese 3": ("日付;株価;前日比;売買高;売買代金", "Dc-v-"),
    "Chinese": ("日期,收盘,开盘,高,低,交易量,涨跌幅", "Dcohlv-"),
    "Chinese 2": ("日期,股票代码,名称,收盘价,最高价,最低价,开盘价,前收盘,涨跌额,涨跌幅,换手率,成交量,成交金额,总市值,流通市值,成交笔数", "DT-chlo----v----"),  # noqa: E501
    "Chinese 3": ("日期,成交股數,成交金額,開盤價,最高價,最低價,收盤價,漲跌價差,成交筆數", "Dv-ohlc--"),
    "Chinese 4": ("日期;最新价;涨跌额;涨跌幅;今开;最高;最低;昨收;成交量;成交额", "Dc--ohl-v-"),
    "Russian": ("Дата,Цена,Откр.,Макс.,Мин.,Объём,Изм. %", "Dcohlv-"),
    "Russian 2": ("Дата;Цена закрытия;Цена открытия;Максимум;Минимум;Объём торгов", "Dcohlv"),
    "Russian 3": ("Тикер;Дата;Открытие;Макс;Мин;Закрытие;Последняя цена;Объем", "TDohlc-v"),
    "Dutch": ("Datum,Laatste,Open,Hoog,Laag,Vol.,Verschil %", "Dcohlv-"),
    "Dutch 2": ("Datum;Slotkoers;Openingskoers;Hoogste;Laagste;Volume", "Dcohlv"),
    "Spanish": ("Fecha,Último,Apertura,Máximo,Mínimo,Vol.,% var.", "Dcohlv-"),
    "Spanish 2": ("Fecha;Precio de cierre;Precio de apertura;Precio máximo;Precio mínimo;Volumen;Efectivo", "Dcohlv-"),
    "Italian": ("Data,Ultimo,Apertura,Massimo,Minimo,Vol.,Var. %", "Dcohlv-"),
    "Italian 2": ("Data;Prezzo di chiusura;Prezzo di apertura;Prezzo massimo;Prezzo minimo;Volume;Controvalore", "Dcohlv-"),
    "French": ("Date,Dernier,Ouv., Plus Haut,Plus Bas,Vol.,Variation %", "Dcohlv-"),
    "French 2": ("Date;Clôture;Ouverture;Plus haut;Plus bas;Volume;Capitaux", "Dcohlv-"),
    "German": ("Datum,Zuletzt,Eröffn.,Hoch,Tief,Vol.,+/- %", "Dcohlv-"),
    "German 2": ("Datum;Schlusskurs;Eröffnung;Tageshoch;Tagestief;Umsatz;Stück", "Dcohl-v"),
    "German 3": ("Datum;Erster;Hoch;Tief;Schlusskurs;Stuecke;Volumen", "Dohlcv-"),
    "Greek": ("Ημερομηνία,Τελευταία,Άνοιγμα,Υψηλό,Χαμηλό,Όγκος,Αλλ. %", "Dcohlv-"),
    "Romanian": ("Data;Ultimul;Deschidere;Maxim;Minim;Vol.;Modif. %", "Dcohlv-"),
    "Indonesian": ("Tanggal,Terakhir,Pembukaan,Tertinggi,Terendah,Vol.,Perubahan%", "Dcohlv-"),
    "Vietnamese": ("Ngày,Lần cuối,Mở,Cao,Thấp,KL,% Thay đổi", "Dc--l--"),
    "Thai": ("วันเดือนปี,ล่าสุด,เปิด,สูงสุด,ต่ำสุด,ปริมาณ,เปลี่ยนแปลง %", "Dcohlv-"),
    "Ukrainian": ("Дата;Ціна закриття;Відкриття;Максимум;Мінімум;Обсяг", "Dcohlv"),
    "Arabic": ("التاريخ,الأخير,الافتتاح,الأعلى,الأدنى,الحجم,التغير %", "Dcohlv-"),
    "Hebrew": ("תאריך,שער,פתיחה,גבוה,נמוך,נפח,שינוי %", "Dcohlv-"),
}  # fmt: skip


@pytest.mark.parametrize(
    "language", [pytest.param(k, marks=pytest.mark.slow if k[-1].isdigit() else []) for k in HEADINGS]
)
def test_each_column_is_what_its_heading_says(tmp_path: Path, language: str) -> None:
    head, meant = HEADINGS[language]
    mark = ";" if ";" in head else ","
    cells = {"D": "2024-01-{day:02d}", "T": "NVDA", "x": "USD"}
    rows = [[cells.get(m, f"{10 * i}.5").format(day=day) for i, m in enumerate(meant)] for day in (2, 3, 4)]
    path = tmp_path / "NVDA.csv"
    path.write_text("\n".join([head, *(mark.join(row) for row in rows)]) + "\n", encoding="utf-8")
    found = load_prices(path=path)
    assert found.tickers in (["NVDA"], ("NVDA",))
    there = {name: column["NVDA"].iloc[0] for name, column in found.fields.items() if column["NVDA"].notna().any()}
    assert there == {FIELDS[m]: 10 * i + 0.5 for i, m in enumerate(meant) if m in FIELDS}


def test_fields_in_words_that_nobody_knows_are_no_tickers(tmp_path: Path) -> None:
    path = tmp_path / "NVDA.csv"
    path.write_text("Datum;Gadd;Klute;Vol.\n2024-01-02;480.25;3.5;99\n2024-01-03;481.25;3.5;98\n", encoding="utf-8")
    with pytest.raises(InvalidFile, match="'Gadd' is a ticker, or a field in a word that is not known") as error:
        load_prices(["NVDA"], path=path)
    assert "call the column of closing prices 'close'" in str(error.value)


@pytest.mark.parametrize(
    "written",
    [
        "2. tammikuuta 2024",
        "2. januar 2024",
        "2 stycznia 2024",
        "2 de janeiro de 2024",
        "2024. január 2.",
        "2 січня 2024",
        "2 Ιανουαρίου 2024",
        "2024年1月2日",
        "2024년 1월 2일",
        "mardi 2 janvier 2024",
        "tirsdag 2. januar 2024",
    ],
)
def test_months_by_name(written: str) -> None:
    assert one_day(written) == date(2024, 1, 2)


@pytest.mark.parametrize(
    "head",
    [
        "Aksje;Hendelsesdato;Tittel",
        "Aktie;Händelsedatum;Titel",
        "Selskab;Offentliggørelsesdato;Begivenhed",
        "Osake;Tapahtumapäivä;Otsikko",
        "Akcie;Datum události;Událost",
        "Spółka;Data zdarzenia;Zdarzenie",
        "Ação;Data do anúncio;Título",
        "Hisse;Açıklama tarihi;Başlık",
        "Részvény;Esemény dátuma;Cím",
        "종목;발표일;제목",
        "証券コード;発表日;件名",
        "证券代码;披露日期;公告标题",
        "Бумага;Дата события;Заголовок",
    ],
)
def test_lists_of_events(tmp_path: Path, head: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"{head}\nNVDA;2024-01-03;first\nAMD;2024-01-04;second\n", encoding="utf-8")
    events = list(load_registry(path))
    assert [(*e.tickers, str(e.announced), e.title) for e in events] == [
        ("NVDA", "2024-01-03", "first"),
        ("AMD", "2024-01-04", "second"),
    ]
