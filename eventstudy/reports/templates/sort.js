for(const table of document.querySelectorAll("table.sortable")){
const body=table.tBodies[0],rows=[...body.rows],heads=[...table.tHead.rows[0].cells];
const key=(row,i)=>{const told=row.cells[i].querySelector("data"),text=row.cells[i].textContent.trim();
return told?JSON.parse(told.dataset.value):text||null};
const order=(a,b)=>a===b?0:a===null?1:b===null?-1:typeof a==="number"&&typeof b==="number"?a-b:String(a).localeCompare(String(b),document.documentElement.lang,{numeric:true});
heads.forEach((head,i)=>{if(!head.textContent.trim()||rows.every(row=>row.cells[i].querySelector("svg")))return;
const button=document.createElement("button");button.type="button";button.append(...head.childNodes);head.append(button);
button.onclick=()=>{const up=head.getAttribute("aria-sort")!=="ascending";heads.forEach(one=>one.removeAttribute("aria-sort"));
head.setAttribute("aria-sort",up?"ascending":"descending");
rows.sort((a,b)=>{const x=key(a,i),y=key(b,i);return x===null||y===null||up?order(x,y):order(y,x)});body.append(...rows)}});
const search=document.createElement("input");search.type="search";search.className="filter";search.placeholder=table.dataset.filter;
search.setAttribute("aria-label",table.dataset.filter);table.before(search);
search.oninput=()=>{const words=search.value.toLowerCase().split(/\s+/);
for(const row of rows)row.hidden=!words.every(word=>row.textContent.toLowerCase().includes(word))}}
